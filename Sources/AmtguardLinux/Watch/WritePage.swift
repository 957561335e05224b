import CLinux
import Glibc
import SystemPackage

/// The page that the program on writes of the list and the guard share: `struct list_page` of `Sources/CLinux`.
struct WritePage: ~Copyable {
    /// The fields, in the order of the structure. Each has 64 bits.
    enum Field: Int, CaseIterable {
        case networkNamespace, prevents, guardPID, guardPIDNamespace, guardGroup, rootGroup, expected, settledLost
        case seen, lost, armedFor
    }

    private let mapping: SharedMapping

    init(_ descriptor: borrowing Descriptor, isWritable: Bool) throws(Errno) {
        precondition(MemoryLayout<list_page>.size == Field.allCases.count * 8)
        mapping = try SharedMapping(descriptor, length: pageSize, isWritable: isWritable)
    }

    subscript(field: Field) -> UInt64 {
        get { mapping.load(at: field.rawValue * 8) }
        nonmutating set { mapping.store(newValue, at: field.rawValue * 8) }
    }
}

/// The corresponding C function is `sysconf`.
var pageSize: Int { sysconf(CInt(_SC_PAGESIZE)) }
