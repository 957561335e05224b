import AmtguardFuzz
import Glibc

/// One program for all targets, because each program links the product again; AMTGUARD_FUZZ names this run's target.
private let target: FuzzTarget = {
    let name = unsafe getenv("AMTGUARD_FUZZ").map { unsafe String(cString: $0) } ?? ""
    let all = FuzzTarget.all + FuzzTarget.planted
    guard let target = all.first(where: { $0.name == name }) else {
        print("AMTGUARD_FUZZ=\(name) is no target. Allowed: \(all.map(\.name).joined(separator: " "))")
        exit(64)
    }
    return target
}()

/// libFuzzer calls this first. Here an unknown name ends the program without looking like a finding.
@c(LLVMFuzzerInitialize)
public func initialize(
    _ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
    _ = target.name
    return 0
}

/// libFuzzer calls this with each input. A broken promise ends the program like a trap, so that libFuzzer writes a
/// file.
@c(LLVMFuzzerTestOneInput)
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = unsafe [UInt8](UnsafeBufferPointer(start: start, count: count))
    do throws(Violation) {
        try target.check(bytes)
    } catch {
        fatalError("not kept: \(error)")
    }
    return 0
}
