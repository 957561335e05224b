import AmtguardCommands
import ArgumentParser

@main
enum Main {
    static func main() {
        Amtguardctl.start()
    }
}
