import CLinux
import Glibc
import SystemPackage

/// Memory of a descriptor that the kernel reads and writes as well.
@safe
struct SharedMapping: ~Copyable {
    let length: Int
    private let base: UnsafeMutableRawPointer

    /// The corresponding C function is `mmap`.
    init(_ descriptor: borrowing Descriptor, at offset: Int = 0, length: Int, isWritable: Bool) throws(Errno) {
        let protection = isWritable ? PROT_READ | PROT_WRITE : PROT_READ
        let mapping = unsafe mmap(nil, length, protection, MAP_SHARED, descriptor.number, off_t(offset))
        guard let mapping = unsafe mapping, unsafe mapping != MAP_FAILED else { throw Errno(rawValue: errno) }
        self.length = length
        unsafe base = mapping
    }

    /// The corresponding C function is `munmap`.
    deinit {
        unsafe munmap(base, length)
    }

    /// The number at an offset, with acquire order: what the other side wrote before it is visible as well.
    func load(at offset: Int) -> UInt64 {
        precondition(offset >= 0 && offset + 8 <= length && offset % 8 == 0)
        return unsafe shim_load_acquire(base + offset)
    }

    /// As `load`, with 32 bits.
    func loadWord(at offset: Int) -> UInt32 {
        precondition(offset >= 0 && offset + 4 <= length && offset % 4 == 0)
        return unsafe shim_load_acquire_word(base + offset)
    }

    /// Writes a number, with release order: what was written before it is visible to the other side with the number.
    func store(_ value: UInt64, at offset: Int) {
        precondition(offset >= 0 && offset + 8 <= length && offset % 8 == 0)
        unsafe shim_store_release(base + offset, value)
    }

    /// A copy of some bytes.
    func bytes(at offset: Int, count: Int) -> [UInt8] {
        precondition(offset >= 0 && count >= 0 && offset + count <= length)
        return unsafe Array(UnsafeRawBufferPointer(start: base + offset, count: count))
    }
}
