import AmtguardLinux
import Glibc
import SystemPackage
import Testing

@Suite struct `A file that is replaced` {
    private func names(in place: FilePath) throws -> [String] { try RootDirectory().names(in: place) }
    private func text(_ path: FilePath) throws -> String {
        String(decoding: try RootDirectory().readFile(path, atMost: 100), as: UTF8.self)
    }
    private func mode(_ path: FilePath) -> mode_t {
        var status = stat()
        _ = unsafe stat(path.string, &status)
        return status.st_mode & 0o7777
    }

    @Test func `has the new bytes, can be read by all, and nothing is beside it`() throws {
        let place = try TemporaryDirectory()
        let file = FilePath(place.path).appending("a.prom")
        let former = umask(0o077)
        defer { umask(former) }
        try FileReplacement(of: file).write(Array("one".utf8))
        try FileReplacement(of: file).write(Array("2".utf8))
        #expect(try text(file) == "2")
        #expect(mode(file) == 0o644)
        #expect(try names(in: FilePath(place.path)) == ["a.prom"])
    }

    @Test func `replaces what a killed writer of the same number left behind`() throws {
        let place = try TemporaryDirectory()
        try FileReplacement(of: FilePath(place.path).appending(".a.prom.\(getpid()).new")).write([1])
        try FileReplacement(of: FilePath(place.path).appending("a.prom")).write([2])
        #expect(try names(in: FilePath(place.path)) == ["a.prom"])
    }

    @Test func `is only ever a regular file`() throws {
        let place = try TemporaryDirectory()
        let path = FilePath(place.path)
        try FileReplacement(of: path.appending("target")).write([1])
        _ = unsafe symlink("target", path.appending("link").string)
        _ = unsafe mkfifo(path.appending("fifo").string, 0o600)
        _ = unsafe mkdir(path.appending("folder").string, 0o700)
        for (name, says) in [
            ("link", "symbolic link"), ("fifo", "not a regular file"), ("folder", "directory"),
            ("missing/x", "there is no directory"), ("target/x", "is not a directory"), ("..", "directory"),
            (String(repeating: "x", count: 300), "too long"),
        ] {
            let failure = #expect(throws: FileReplacement.Failure.self, "\(name)") {
                try FileReplacement(of: path.appending(name)).write([2])
            }
            #expect(failure?.description.contains(says) == true, "\(name): \(failure?.description ?? "")")
        }
        #expect(try names(in: path) == ["fifo", "folder", "link", "target"])
    }
}

@Suite struct `A new file` {
    @Test func `is for its owner alone, and never replaces anything`() throws {
        let place = try TemporaryDirectory()
        let path = FilePath(place.path).appending("a")
        let new = try NewFile(at: path)
        #expect(try RootDirectory().names(in: FilePath(place.path)).isEmpty, "nothing is there yet")
        try new.write(Array("x".utf8))
        #expect(throws: Errno.fileExists) { try new.write([]) }
        #expect(throws: Errno.fileExists) { _ = try NewFile(at: path) }
        var status = stat()
        _ = unsafe stat(path.string, &status)
        #expect(status.st_mode & 0o7777 == 0o600 && status.st_size == 1)
    }

    @Test func `is refused before the work where it can't be`() throws {
        let place = try TemporaryDirectory()
        _ = unsafe symlink("nowhere", FilePath(place.path).appending("link").string)
        #expect(throws: Errno.fileExists) { _ = try NewFile(at: FilePath(place.path).appending("link")) }
        #expect(throws: Errno.noSuchFileOrDirectory) { _ = try NewFile(at: FilePath(place.path).appending("no/file")) }
    }
}
