import AmtguardFuzz
import Glibc

/// One program for all targets, or each would link the product once more; AMTGUARD_FUZZ names the one of this run.
private let target: FuzzTarget = {
    let name = unsafe getenv("AMTGUARD_FUZZ").map { unsafe String(cString: $0) } ?? ""
    let all = FuzzTarget.all + FuzzTarget.planted
    guard let target = all.first(where: { $0.name == name }) else {
        print("AMTGUARD_FUZZ=\(name) is no target. Allowed: \(all.map(\.name).joined(separator: " "))")
        exit(64)
    }
    return target
}()

/// What libFuzzer calls first: here an unknown name still ends the program without looking like a find.
@c(LLVMFuzzerInitialize)
public func initialize(
    _ count: UnsafeMutablePointer<CInt>?, _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
    _ = target.name
    return 0
}

/// What libFuzzer calls with each input; a promise that is broken ends like a trap, so that it leaves a file.
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
