import CLinux
import Foundation
import Glibc
import SystemPackage
import Testing

@testable import AmtguardLinux

/// The program, compiled from this checkout, and whether this kernel accepts it.
enum CompiledProgram {
    static let object: Result<FilePath, any Error> = Result {
        let top = URL(filePath: #filePath).appending(path: "../../../..").standardized.path
        let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin"
        let object = "\(top)/.build/bpf/list.bpf.o"
        try shell("rm -f \(object); export PATH=\(path); make -s -C \(top) bpf BIN=\(top)/.build/bpf >/dev/null")
        guard unsafe access(object, R_OK) == 0 else { throw Errno(rawValue: errno) }
        return FilePath(object)
    }

    /// Why the tests with it can't run on this machine; `nil` if they can.
    static let refusal: String? = {
        guard isRoot else { return "needs root" }
        // If the program can't be compiled, the tests fail instead of being skipped.
        guard let object = try? object.get() else { return nil }
        do {
            let group = try TestGroup()
            _ = try WriteProgram.arm(object: object, cgroup: group.path)
            return nil
        } catch {
            return "\(error)"
        }
    }()

    static var isUsable: Bool { refusal == nil }
    static var reason: Comment { "a program of BPF on sysctls: \(refusal ?? "works here")" }
}

/// A control group that is removed with its owner.
final class TestGroup: Sendable {
    let path: FilePath
    /// It is removed after this one.
    private let parent: TestGroup?

    init(below parent: TestGroup? = nil, name: String = "amtguard-test-\(UUID().uuidString)") throws {
        guard let place = parent?.path ?? ControlGroup.mount() else { throw Errno.noSuchFileOrDirectory }
        self.parent = parent
        path = place.appending(name)
        guard unsafe path.withPlatformString({ unsafe mkdir($0, 0o755) }) == 0 else { throw Errno(rawValue: errno) }
    }

    deinit { remove() }

    /// Its last process may take a moment to end.
    func remove() {
        for _ in 0..<100 {
            if unsafe path.withPlatformString({ unsafe rmdir($0) }) == 0 || errno != EBUSY { return }
            usleep(10_000)
        }
    }

    var id: UInt64 {
        get throws { UInt64(try RootDirectory().open(path, flags: O_PATH).status().st_ino) }
    }

    /// Runs a script in the group and waits for it.
    @discardableResult
    func run(_ script: String) throws -> pid_t {
        try shell("\(joining) && (\(script))")
    }

    /// A command of a shell that moves the shell here.
    var joining: String { "echo $$ >\(path)/cgroup.procs" }

    /// How many programs on sysctls are attached.
    var programs: Int {
        get throws {
            let id = try id
            var (link, count): (UInt32, Int) = (0, 0)
            while unsafe shim_bpf_link_next(&link) == 0 {
                let number = shim_bpf_link_open(link)
                guard number >= 0 else { continue }
                let descriptor = Descriptor(owning: number)
                count += try BPFObject(descriptor).linkedGroup == id ? 1 : 0
            }
            return count
        }
    }
}

/// An attached program, in a group and in the network namespace of the calling thread, for the tests.
struct ProgramInGroup: ~Copyable {
    let group: TestGroup
    var log: WriteLog
    let page: WritePage

    init(prevents: Bool = true) throws {
        let group = try TestGroup()
        let log = try WriteLog(adopting: try WriteProgram.arm(object: CompiledProgram.object.get(), cgroup: group.path))
        let page = try WritePage(log.shared, isWritable: true)
        log.guardNow(in: try NetworkNamespace.inode())
        log.prevent(prevents)
        self.group = group
        self.log = log
        self.page = page
    }
}

/// The text of the list.
func listText() throws -> String {
    try String(contentsOfFile: ReservedPortsList.path.string, encoding: .utf8)
        .trimmingCharacters(in: .whitespacesAndNewlines)
}

/// Attaches another program that denies every use of a sysctl in a group, as long as the link exists.
func denyingProgram(in group: TestGroup) throws -> Descriptor {
    // r0 = 0; exit
    var code: [UInt8] = [0xB7, 0, 0, 0, 0, 0, 0, 0, 0x95, 0, 0, 0, 0, 0, 0, 0]
    var license = Array("GPL".utf8) + [0]
    let number = unsafe code.withUnsafeMutableBytes { code in
        unsafe license.withUnsafeMutableBytes { license in
            // prog_type u32, insn_cnt u32, insns u64, license u64
            var attributes: [UInt64] = [
                UInt64(BPF_PROG_TYPE_CGROUP_SYSCTL.rawValue) | 2 << 32,
                UInt64(UInt(bitPattern: code.baseAddress)),
                UInt64(UInt(bitPattern: license.baseAddress)),
                0, 0, 0, 0, 0, 0, 0,
            ]
            return unsafe shim_bpf(CInt(BPF_PROG_LOAD.rawValue), &attributes, 72)
        }
    }
    let program = Descriptor(owning: try valueOrErrno { number })
    let directory = try RootDirectory().open(group.path, flags: O_RDONLY | O_DIRECTORY)
    return Descriptor(owning: try valueOrErrno { shim_bpf_link_create(program.number, directory.number) })
}

/// Makes the calling thread a process of the user nobody for files and permissions.
func becomeNobody() throws {
    _ = setfsgid(65_534)
    _ = setfsuid(65_534)
    try dropCapabilities()
    // A change of user hides /proc/self, which an exec would show again.
    guard prctl(4 /* PR_SET_DUMPABLE */, 1) == 0 else { throw PrivateNetworkError.spawn(errno) }
}

@_silgen_name("setfsuid") private func setfsuid(_ user: uid_t) -> CInt
@_silgen_name("setfsgid") private func setfsgid(_ group: gid_t) -> CInt

/// It is variadic, so Swift does not import it.
@_silgen_name("prctl")
private func prctl(_ option: CInt, _ value: CUnsignedLong) -> CInt
