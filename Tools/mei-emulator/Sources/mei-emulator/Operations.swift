// Passes the kernel's operations from libfuse to the server. They are C functions, so nothing is captured.

import CFuse
import EmulatedMEI
import Glibc

private func fuseSession(of request: fuse_req_t?) -> FuseSession {
    guard let userdata = unsafe fuse_req_userdata(request) else { preconditionFailure("a request without a session") }
    return unsafe Unmanaged<FuseSession>.fromOpaque(userdata).takeUnretainedValue()
}

/// One request from libfuse.
private func take(
    _ pointer: fuse_req_t?, _ inode: fuse_ino_t,
    _ body: (FuseSession, Request, Node) -> Void
) {
    guard let pointer = unsafe pointer else { return }
    let session = unsafe fuseSession(of: pointer)
    let request = unsafe Request(pointer: pointer)
    guard let node = session.node(inode) else { return request.fail(.ENOENT) }
    body(session, request, node)
}

/// The functions that libfuse calls for a session.
func makeOperations() -> fuse_lowlevel_ops {
    var operations = fuse_lowlevel_ops()
    addNames(to: &operations)
    unsafe operations.open = { request, inode, information in
        let flags = unsafe information?.pointee.flags ?? 0
        unsafe take(request, inode) { $0.server.open($2, flags: flags, $1) }
    }
    unsafe operations.read = { request, inode, size, offset, information in
        let file = unsafe information?.pointee.fh ?? 0
        let blocking = unsafe (information?.pointee.flags ?? 0) & O_NONBLOCK == 0
        unsafe take(request, inode) {
            $0.server.read($2, file, atMost: size, at: Int(offset), blocking: blocking, $1)
        }
    }
    unsafe operations.write = { request, inode, bytes, size, _, information in
        let file = unsafe information?.pointee.fh ?? 0
        let message = unsafe [UInt8](UnsafeRawBufferPointer(start: bytes, count: size))
        unsafe take(request, inode) { $0.server.write($2, file, message, $1) }
    }
    unsafe operations.ioctl = { request, inode, number, _, information, _, input, inputSize, _ in
        let file = unsafe information?.pointee.fh ?? 0
        let argument = unsafe [UInt8](UnsafeRawBufferPointer(start: input, count: inputSize))
        unsafe take(request, inode) { $0.server.ioctl($2, file, number, argument, $1) }
    }
    unsafe operations.poll = { request, inode, information, handle in
        let file = unsafe information?.pointee.fh ?? 0
        let events = unsafe information?.pointee.poll_events ?? 0
        unsafe take(request, inode) { session, request, node in
            unsafe session.server.poll(node, file, events, PollHandle(handle), request)
        }
    }
    unsafe operations.release = { request, inode, information in
        let file = unsafe information?.pointee.fh ?? 0
        unsafe take(request, inode) { session, request, node in
            session.server.release(node, file)
            request.succeed()
        }
    }
    unsafe operations.fsync = { request, inode, _, _ in
        unsafe take(request, inode) { _, request, _ in request.succeed() }
    }
    return operations
}

private func addNames(to operations: inout fuse_lowlevel_ops) {
    unsafe operations.lookup = { request, parent, name in
        let session = unsafe fuseSession(of: request)
        guard case .directory(let entries) = session.root, parent == 1, let name = unsafe name,
            let index = entries.firstIndex(where: { unsafe strcmp($0.name, name) == 0 }),
            let attributes = session.attributes(fuse_ino_t(index + 2))
        else {
            unsafe _ = fuse_reply_err(request, ENOENT)
            return
        }
        var entry = fuse_entry_param()
        entry.ino = fuse_ino_t(index + 2)
        entry.attr = attributes
        entry.attr_timeout = 1
        entry.entry_timeout = 1
        unsafe _ = fuse_reply_entry(request, &entry)
    }
    unsafe operations.getattr = { request, inode, _ in
        guard var attributes = unsafe fuseSession(of: request).attributes(inode) else {
            unsafe _ = fuse_reply_err(request, ENOENT)
            return
        }
        unsafe _ = fuse_reply_attr(request, &attributes, 1)
    }
    // Only O_TRUNC causes this call, and a device ignores it.
    unsafe operations.setattr = { request, inode, _, _, _ in
        guard var attributes = unsafe fuseSession(of: request).attributes(inode) else {
            unsafe _ = fuse_reply_err(request, ENOENT)
            return
        }
        unsafe _ = fuse_reply_attr(request, &attributes, 1)
    }
    unsafe operations.readdir = { request, inode, size, offset, _ in
        let session = unsafe fuseSession(of: request)
        guard case .directory(let entries) = session.root, inode == 1 else {
            unsafe _ = fuse_reply_err(request, ENOTDIR)
            return
        }
        var buffer: [CChar] = []
        for index in entries.indices.dropFirst(Int(offset)) {
            guard var attributes = session.attributes(fuse_ino_t(index + 2)) else { continue }
            let name = entries[index].name
            let length = unsafe fuse_add_direntry(request, nil, 0, name, nil, 0)
            guard buffer.count + length <= size else { break }
            let start = buffer.count
            buffer += [CChar](repeating: 0, count: length)
            unsafe buffer.withUnsafeMutableBufferPointer {
                let place = unsafe $0.baseAddress?.advanced(by: start)
                unsafe _ = fuse_add_direntry(request, place, length, name, &attributes, off_t(index + 1))
            }
        }
        unsafe _ = fuse_reply_buf(request, buffer, buffer.count)
    }
}
