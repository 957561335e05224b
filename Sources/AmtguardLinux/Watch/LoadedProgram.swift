import Glibc
import SystemPackage

/// The compiled program, in the kernel but not attached. libbpf adapts it to this kernel (CO-RE).
///
/// libbpf is not linked: a machine without it has the lower rungs of the watch, and the guard itself never loads it.
@safe
struct LoadedProgram: ~Copyable {
    static let programName = "amtguard_list"
    static let ringName = "writes"
    static let sharedName = "shared"

    /// Descriptors of libbpf's: they are closed with this value.
    let program: CInt
    let ring: CInt
    let shared: CInt
    private let object: OpaquePointer
    private let library: Library

    /// The corresponding C functions are `bpf_object__open_file` and `bpf_object__load`.
    init(_ path: FilePath) throws(WriteProgram.Failure) {
        // libbpf would only report that it does not find the kernel's types.
        guard unsafe access("/sys/kernel/btf/vmlinux", R_OK) == 0 else {
            throw WriteProgram.Failure(description: "the kernel does not describe its types (CONFIG_DEBUG_INFO_BTF)")
        }
        let library = try Library()
        let opened = unsafe path.withPlatformString { unsafe library.open($0, nil) }
        guard let object = unsafe opened else {
            throw WriteProgram.Failure(description: "\(path): \(Errno(rawValue: errno))")
        }
        let result = unsafe library.load(object)
        guard result == 0 else {
            unsafe library.close(object)
            let errno = Errno(rawValue: -result)
            throw WriteProgram.Failure(description: "the kernel does not load the program on writes: \(errno)")
        }
        let program = unsafe library.findProgram(object, Self.programName)
        let ring = unsafe library.findMap(object, Self.ringName)
        let shared = unsafe library.findMap(object, Self.sharedName)
        guard let program = unsafe program, ring >= 0, shared >= 0 else {
            unsafe library.close(object)
            throw WriteProgram.Failure(description: "\(path) has another program")
        }
        self.program = unsafe library.descriptor(program)
        self.ring = ring
        self.shared = shared
        unsafe self.object = object
        self.library = library
    }

    /// The corresponding C function is `bpf_object__close`.
    deinit {
        unsafe library.close(object)
    }
}

/// The functions of libbpf 1 that are used. The library is never unloaded.
@safe
private struct Library {
    typealias SetPrint = @convention(c) (UnsafeRawPointer?) -> UnsafeRawPointer?
    typealias Open = @convention(c) (UnsafePointer<CChar>, UnsafeRawPointer?) -> OpaquePointer?
    typealias Load = @convention(c) (OpaquePointer) -> CInt
    typealias FindProgram = @convention(c) (OpaquePointer, UnsafePointer<CChar>) -> OpaquePointer?
    typealias FindMap = @convention(c) (OpaquePointer, UnsafePointer<CChar>) -> CInt
    typealias Close = @convention(c) (OpaquePointer) -> Void

    let open: Open
    let load: Load
    let findProgram: FindProgram
    let descriptor: Load
    let findMap: FindMap
    let close: Close

    /// The corresponding C functions are `dlopen` and `dlsym`.
    init() throws(WriteProgram.Failure) {
        guard let handle = unsafe dlopen("libbpf.so.1", RTLD_NOW | RTLD_LOCAL) else {
            throw WriteProgram.Failure(description: "libbpf.so.1 is not installed")
        }
        func find<Function>(_ name: String, as type: Function.Type) throws(WriteProgram.Failure) -> Function {
            guard let symbol = unsafe dlsym(handle, name) else {
                throw WriteProgram.Failure(description: "libbpf.so.1 has no \(name)")
            }
            return unsafe unsafeBitCast(symbol, to: type)
        }
        // Without a print function, libbpf prints nothing.
        _ = unsafe try find("libbpf_set_print", as: SetPrint.self)(nil)
        unsafe open = try find("bpf_object__open_file", as: Open.self)
        unsafe load = try find("bpf_object__load", as: Load.self)
        unsafe findProgram = try find("bpf_object__find_program_by_name", as: FindProgram.self)
        unsafe descriptor = try find("bpf_program__fd", as: Load.self)
        unsafe findMap = try find("bpf_object__find_map_fd_by_name", as: FindMap.self)
        unsafe close = try find("bpf_object__close", as: Close.self)
    }
}
