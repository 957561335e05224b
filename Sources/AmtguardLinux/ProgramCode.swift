import CLinux
import Glibc

/// The code of this program in memory.
public enum ProgramCode {
    /// Gives back the pages that the start has used: of some 4.5 MB the guard goes on to use a third.
    ///
    /// What is needed again is mapped again from the page cache, in less than a microsecond a page. The corresponding C
    /// function is `madvise` with MADV_DONTNEED, on pages that nobody ever writes.
    public static func giveBack() {
        let page = UInt(sysconf(CInt(_SC_PAGESIZE)))
        let start = unsafe (UInt(bitPattern: shim_code_start()) + page - 1) / page * page
        let end = unsafe UInt(bitPattern: shim_code_end()) / page * page
        guard let base = unsafe UnsafeMutableRawPointer(bitPattern: start), end > start else { return }
        // A refusal costs memory, nothing else.
        _ = unsafe madvise(base, Int(end - start), MADV_DONTNEED)
    }
}
