import AmtguardMEI
import Glibc

@main
enum Main {
    static func main() {
        exit(Program.run(CommandLine.arguments))
    }
}
