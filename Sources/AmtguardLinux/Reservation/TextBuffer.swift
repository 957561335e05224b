import Glibc
import SystemPackage

/// Whole pages of the process's own, for the text of the list.
///
/// They come from mmap, not from malloc. An untouched page costs nothing, and released pages return to the kernel at
/// once; malloc keeps blocks of 256 KiB after the first one was freed.
@safe
struct TextBuffer: ~Copyable {
    let capacity: Int
    private(set) var count = 0
    private let base: UnsafeMutableRawPointer

    /// The corresponding C function is `mmap`.
    init(capacity: Int) throws(Errno) {
        let protection = PROT_READ | PROT_WRITE
        let mapping = unsafe mmap(nil, capacity, protection, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else { throw Errno(rawValue: errno) }
        self.capacity = capacity
        unsafe base = mapping
    }

    /// The corresponding C function is `munmap`.
    deinit {
        unsafe munmap(base, capacity)
    }

    var isFull: Bool { count == capacity }

    /// Fills the buffer with one call. The corresponding C function is `pread`, at position 0.
    mutating func fill(from file: borrowing Descriptor) throws(Errno) {
        let number = file.number
        count = try valueOrErrno { unsafe pread(number, base, capacity, 0) }
    }

    /// Copies another buffer's text, as far as it fits.
    mutating func copy(_ other: borrowing TextBuffer) {
        count = min(other.count, capacity)
        unsafe base.copyMemory(from: other.base, byteCount: count)
    }

    func holdsSameText(as other: borrowing TextBuffer) -> Bool {
        unsafe count == other.count && memcmp(base, other.base, count) == 0
    }

    /// Passes the text to `body`.
    func withText<Value, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try unsafe body(UnsafeRawBufferPointer(start: base, count: count))
    }
}
