// libfuse's low-level interface, wrapped for the needs of this program.
//
// One session serves either a directory with the nodes in it, or a single file: a FUSE file system can be mounted on a
// regular file, and then its root is a file. In this way a tree of ordinary files contains `dev_state`.

import CFuse
import EmulatedMEI
import Glibc

/// A request of the kernel that has no answer yet.
@safe struct Request {
    let pointer: fuse_req_t

    func fail(_ failure: Failure) { unsafe _ = fuse_reply_err(pointer, failure.rawValue) }
    func succeed() { unsafe _ = fuse_reply_err(pointer, 0) }
    func reply(_ bytes: [UInt8]) {
        unsafe bytes.withUnsafeBytes {
            unsafe _ = fuse_reply_buf(
                pointer, $0.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
        }
    }
    func reply(written count: Int) { unsafe _ = fuse_reply_write(pointer, count) }
    func reply(ioctl bytes: [UInt8]) { unsafe _ = fuse_reply_ioctl(pointer, 0, bytes, bytes.count) }
    func reply(events: UInt32) { unsafe _ = fuse_reply_poll(pointer, events) }

    /// The message of fuse_reply_open, with FOPEN_STREAM, which libfuse does not support. Without it the kernel blocks
    /// writes to a file while a program reads from it.
    func reply(open file: UInt64) {
        var answer = fuse_open_out()
        answer.fh = file
        answer.open_flags = UInt32(
            FOPEN_DIRECT_IO | FOPEN_NONSEEKABLE | FOPEN_STREAM | FOPEN_NOFLUSH | FOPEN_PARALLEL_DIRECT_WRITES)
        unsafe withUnsafeBytes(of: &answer) {
            unsafe _ = fuse_reply_buf(pointer, $0.baseAddress?.assumingMemoryBound(to: CChar.self), $0.count)
        }
    }

    /// Whether this request has that pointer.
    func isSame(as other: fuse_req_t?) -> Bool { unsafe pointer == other }
}

/// The target of a path.
enum Node: Hashable {
    /// The character device of that index.
    case device(Int)
    /// Its `dev_state`.
    case state(Int)
}

/// A mounted file system.
@safe final class FuseSession {
    enum Root {
        case directory([(name: String, node: Node)])
        case file(Node)
    }

    /// The mount that failed, and why.
    struct MountError: Error, CustomStringConvertible {
        var description: String
    }

    let root: Root
    /// The mode of the files.
    let mode: mode_t
    /// The server outlives its sessions.
    private(set) unowned var server: Server
    private var session: OpaquePointer?
    private let buffer: UnsafeMutablePointer<fuse_buf>

    init(_ root: Root, at path: String, open toOthers: Bool, for server: Server) throws(MountError) {
        self.root = root
        self.server = server
        mode = toOthers ? 0o666 : 0o600
        unsafe buffer = .allocate(capacity: 1)
        unsafe buffer.initialize(to: fuse_buf())
        var options = ["mei-emulator", "-ofsname=mei-emulator,default_permissions"]
        if toOthers { options.append("-oallow_other") }
        var words: [UnsafeMutablePointer<CChar>?] = unsafe options.map { unsafe strdup($0) } + [nil]
        defer { unsafe words.forEach { unsafe free($0) } }
        let count = CInt(options.count)
        var operations = makeOperations()
        let userdata = unsafe Unmanaged.passUnretained(self).toOpaque()
        unsafe words.withUnsafeMutableBufferPointer { words in
            var arguments = unsafe fuse_args(argc: count, argv: words.baseAddress, allocated: 0)
            unsafe session = fuse_session_new(
                &arguments, &operations, MemoryLayout<fuse_lowlevel_ops>.size, userdata)
            unsafe fuse_opt_free_args(&arguments)
        }
        guard let session = unsafe session else { throw MountError(description: "libfuse refuses a session") }
        guard unsafe fuse_session_mount(session, path) == 0 else {
            unsafe fuse_session_destroy(session)
            unsafe self.session = nil
            throw MountError(description: "can't mount a FUSE file system on \(path)")
        }
    }

    /// The descriptor for the requests.
    var descriptor: CInt { unsafe session.map { unsafe fuse_session_fd($0) } ?? -1 }

    /// Serves one request; `false` if another program has unmounted the file system.
    func serve() -> Bool {
        guard let session = unsafe session else { return false }
        let result = unsafe fuse_session_receive_buf(session, buffer)
        if result == -EINTR || result == -EAGAIN { return true }
        guard result > 0 else { return false }
        unsafe fuse_session_process_buf(session, buffer)
        return unsafe fuse_session_exited(session) == 0
    }

    func unmount() {
        guard let session = unsafe session else { return }
        unsafe fuse_session_unmount(session)
        unsafe fuse_session_destroy(session)
        unsafe self.session = nil
    }

    deinit {
        unsafe free(buffer.pointee.mem)
        unsafe buffer.deallocate()
    }

    // MARK: Names

    /// The node of an inode; `nil` for the directory.
    func node(_ inode: fuse_ino_t) -> Node? {
        switch root {
        case .file(let node): inode == 1 ? node : nil
        case .directory(let entries):
            inode >= 2 && Int(inode) - 2 < entries.count ? entries[Int(inode) - 2].node : nil
        }
    }

    func attributes(_ inode: fuse_ino_t) -> stat? {
        var attributes = stat()
        attributes.st_ino = ino_t(inode)
        attributes.st_nlink = 1
        attributes.st_uid = geteuid()
        attributes.st_gid = getegid()
        switch node(inode) {
        case .device: attributes.st_mode = S_IFREG | mode
        case .state:
            attributes.st_mode = S_IFREG | 0o444
            attributes.st_size = 4_096
        case nil:
            guard case .directory = root, inode == 1 else { return nil }
            attributes.st_mode = S_IFDIR | 0o755
        }
        return attributes
    }
}

/// The kernel's request to be notified once when a poll may have a new result.
@safe final class PollHandle {
    private var handle: OpaquePointer?

    /// `nil`: no program waits.
    init?(_ handle: OpaquePointer?) {
        guard unsafe handle != nil else { return nil }
        unsafe self.handle = handle
    }

    func notify() { unsafe _ = fuse_lowlevel_notify_poll(handle) }

    deinit { unsafe fuse_pollhandle_destroy(handle) }
}
