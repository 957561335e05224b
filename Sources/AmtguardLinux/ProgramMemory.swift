import CLinux
import Glibc

/// The memory of this program.
public enum ProgramMemory {
    /// Releases the memory that the start, or a busy time, has used: of some 4.5 MB of code, the idle guard uses a
    /// tenth.
    ///
    /// A page that is needed again is mapped again from the page cache, in less than a microsecond. The corresponding C
    /// functions are `madvise` with MADV_DONTNEED, on code that is never written, and `malloc_trim`.
    public static func giveBack() {
        malloc_trim(0)
        let page = UInt(sysconf(CInt(_SC_PAGESIZE)))
        let start = unsafe (UInt(bitPattern: shim_code_start()) + page - 1) / page * page
        let end = unsafe UInt(bitPattern: shim_code_end()) / page * page
        guard let base = unsafe UnsafeMutableRawPointer(bitPattern: start), end > start else { return }
        // A refusal only costs memory.
        _ = unsafe madvise(base, Int(end - start), MADV_DONTNEED)
    }
}
