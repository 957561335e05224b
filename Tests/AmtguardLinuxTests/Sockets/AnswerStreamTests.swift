import Foundation
import Glibc
import SystemPackage
import Testing

@testable import AmtguardLinux

@Suite struct `An answer on a socket` {
    private let directory: TemporaryDirectory
    private let server: Server

    init() throws {
        directory = try TemporaryDirectory()
        try directory.directory("run")
        server = try Server(directory.path + "/run/socket")
    }

    private func connect(atMost limit: Int = 100) throws -> AnswerStream {
        try AnswerStream(
            connectingTo: "/run/socket", in: RootDirectory(path: FilePath(directory.path)), atMost: limit)
    }

    /// Its end: a child that another test is starting may have a copy of the connection for a moment.
    private func end(_ stream: inout AnswerStream) throws -> AnswerStream.Progress {
        for _ in 0..<5_000 {
            let progress = try stream.take()
            guard progress == .open else { return progress }
            usleep(1_000)
        }
        return .open
    }

    @Test func `is taken part by part, and waited for by nobody`() throws {
        var stream = try connect()
        #expect(try stream.take() == .open)
        let connection = try server.accept()
        #expect(try stream.take() == .open)
        try connection.fileDescriptor.writeAll("one ".utf8)
        #expect(try stream.take() == .open)
        try connection.fileDescriptor.writeAll("two".utf8)
        _ = consume connection
        #expect(try end(&stream) == .ended)
        #expect(String(decoding: stream.bytes, as: UTF8.self) == "one two")
    }

    @Test(arguments: [(100, AnswerStream.Progress.ended), (101, .tooLong), (100_000, .tooLong)])
    func `ends at its limit`(length: Int, progress: AnswerStream.Progress) throws {
        var stream = try connect()
        let connection = try server.accept()
        try connection.fileDescriptor.writeAll([UInt8](repeating: 65, count: length))
        _ = consume connection
        #expect(try end(&stream) == progress)
        #expect(stream.bytes.count == 100)
    }

    @Test func `is refused without a listener, without a socket, and at another kind of file`() throws {
        let root = try RootDirectory(path: FilePath(directory.path))
        #expect(throws: Errno.noSuchFileOrDirectory) {
            _ = try AnswerStream(connectingTo: "/run/none", in: root, atMost: 1)
        }
        try directory.file("run/file", "")
        #expect(throws: Errno.connectionRefused) {
            _ = try AnswerStream(connectingTo: "/run/file", in: root, atMost: 1)
        }
        server.close()
        #expect(throws: Errno.connectionRefused) { _ = try connect() }
    }

    @Test func `does not wait for a server that accepts no connection`() throws {
        // The queue of one is full after two.
        var waiting: [FileDescriptor] = []
        defer { for descriptor in waiting { try? descriptor.close() } }
        let error = #expect(throws: Errno.self) {
            for _ in 0..<10 { waiting.append(try FileDescriptor(rawValue: dup(connect().descriptor.rawValue))) }
        }
        #expect(error == .resourceTemporarilyUnavailable)
    }

    @Test func `lies below the root, whatever a link says`() throws {
        let outside = try TemporaryDirectory()
        let other = try Server(outside.path + "/socket")
        try directory.link("run/link", to: outside.path + "/socket")
        let root = try RootDirectory(path: FilePath(directory.path))
        #expect(throws: Errno.noSuchFileOrDirectory) {
            _ = try AnswerStream(connectingTo: "/run/link", in: root, atMost: 1)
        }
        withExtendedLifetime(other) {}
    }

    /// As before Linux 6.16, when the kernel did not refuse them to the helper.
    @Test(arguments: [false, true], [false, true])
    func `is not taken if descriptors came with it, which stay open`(isUrgent: Bool, isLate: Bool) throws {
        var stream = try AnswerStream(
            connectingTo: "/run/socket", in: RootDirectory(path: FilePath(directory.path)), atMost: 100,
            DescriptorlessSocket(refusing: false))
        let connection = try server.accept()
        let pipe = try FileDescriptor.pipe()
        defer { try? pipe.readEnd.close() }
        _ = fcntl(pipe.readEnd.rawValue, F_SETFL, O_NONBLOCK)
        if isLate { try connection.fileDescriptor.writeAll("first".utf8) }
        try send(pipe.writeEnd, by: connection.fileDescriptor, isUrgent: isUrgent)
        try pipe.writeEnd.close()
        #expect(try stream.take() == .loaded)
        #expect("first".utf8.starts(with: stream.bytes))
        let isLoaded = stream.abandon()
        #expect(isLoaded)
        _ = consume stream
        // The write end is open in another process, and is not closed with the stream.
        _ = consume connection
        var byte: UInt8 = 0
        #expect(unsafe read(pipe.readEnd.rawValue, &byte, 1) == -1 && errno == EAGAIN)
    }

    @Test(arguments: [false, true])
    func `leaves no descriptors unseen behind what is too long, or is given up`(isLoaded: Bool) throws {
        var stream = try AnswerStream(
            connectingTo: "/run/socket", in: RootDirectory(path: FilePath(directory.path)), atMost: 100,
            DescriptorlessSocket(refusing: false))
        let connection = try server.accept()
        try connection.fileDescriptor.writeAll([UInt8](repeating: 65, count: 50_000))
        if isLoaded { try send(.standardError, by: connection.fileDescriptor) }
        #expect(try stream.take() == (isLoaded ? .loaded : .tooLong))
        if !isLoaded { try send(.standardError, by: connection.fileDescriptor) }
        let hasDescriptors = stream.abandon()
        #expect(hasDescriptors)
    }

    @Test func `comes without descriptors where the kernel can refuse them`() throws {
        var stream = try connect()
        let connection = try server.accept()
        do {
            try send(.standardError, by: connection.fileDescriptor)
            // Before Linux 6.16.
            #expect(try stream.take() == .loaded)
        } catch Errno.notPermitted {
            #expect(try stream.take() == .open)
        }
    }

    @Test func `leaves no descriptor behind after a thousand questions`() throws {
        func descriptors() throws -> Int { try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count }
        func ask() throws {
            var stream = try connect()
            let connection = try server.accept()
            try connection.fileDescriptor.writeAll("answer".utf8)
            _ = consume connection
            #expect(try end(&stream) == .ended)
        }
        try ask()
        let before = try descriptors()
        for _ in 0..<1_000 { try ask() }
        // Other suites run at the same time.
        #expect(try descriptors() < before + 500)
    }
}

/// Sends a byte with a descriptor. The corresponding C function is `sendmsg` with SCM_RIGHTS.
private func send(_ descriptor: FileDescriptor, by socket: FileDescriptor, isUrgent: Bool = false) throws {
    var byte = UInt8(ascii: "x")
    // A cmsghdr: its length, SOL_SOCKET, SCM_RIGHTS, the number.
    var control = [UInt8](repeating: 0, count: 24)
    try unsafe withUnsafeMutablePointer(to: &byte) { byte in
        var vector = unsafe iovec(iov_base: byte, iov_len: 1)
        try unsafe withUnsafeMutablePointer(to: &vector) { vector in
            try unsafe control.withUnsafeMutableBytes { control in
                unsafe control.storeBytes(of: 20, as: Int.self)
                unsafe control.storeBytes(of: CInt(SOL_SOCKET), toByteOffset: 8, as: CInt.self)
                unsafe control.storeBytes(of: 1, toByteOffset: 12, as: CInt.self)
                unsafe control.storeBytes(of: descriptor.rawValue, toByteOffset: 16, as: CInt.self)
                var header = unsafe msghdr()
                unsafe header.msg_iov = vector
                unsafe header.msg_iovlen = 1
                unsafe header.msg_control = control.baseAddress
                unsafe header.msg_controllen = 24
                try valueOrErrno { unsafe sendmsg(socket.rawValue, &header, isUrgent ? CInt(MSG_OOB) : 0) }
            }
        }
    }
}

/// A socket that listens, with room for one.
private final class Server {
    private var socket: FileDescriptor?

    init(_ path: String) throws {
        let opened = FileDescriptor(
            rawValue: try valueOrErrno { Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0) })
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        try valueOrErrno {
            unsafe withUnsafePointer(to: address) {
                unsafe bind(
                    opened.rawValue, __CONST_SOCKADDR_ARG(__sockaddr_un__: $0),
                    socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try valueOrErrno { listen(opened.rawValue, 1) }
        socket = opened
    }

    deinit { close() }

    func close() {
        try? socket?.close()
        socket = nil
    }

    func accept() throws -> Descriptor {
        let number = try #require(socket).rawValue
        let nobody = unsafe __SOCKADDR_ARG(__sockaddr__: nil)
        return Descriptor(owning: try valueOrErrno { unsafe accept4(number, nobody, nil, CInt(SOCK_CLOEXEC.rawValue)) })
    }
}
