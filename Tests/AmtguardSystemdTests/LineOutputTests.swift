import Glibc
import SystemPackage
import Testing

@testable import AmtguardSystemd

extension Systemd {
    @Suite struct `An output of lines` {
        let loop: EventLoop
        let ends = Box<[Errno?]>([])

        init() throws {
            loop = try EventLoop()
            EventLoop.ignoreBrokenPipes()
        }

        private func output(_ descriptor: FileDescriptor) -> LineOutput {
            let ends = ends
            return LineOutput(descriptor, on: loop, note: { "\($0) omitted" }, onEnd: { ends.value.append($0) })
        }

        private func pipe() throws -> (reading: FileDescriptor, writing: FileDescriptor) {
            let (reading, writing) = try FileDescriptor.pipe()
            _ = fcntl(reading.rawValue, F_SETFL, O_NONBLOCK)
            return (reading, writing)
        }

        /// The text that can be read at once.
        private func text(_ reading: FileDescriptor) -> String {
            var text: [UInt8] = []
            var part = [UInt8](repeating: 0, count: 65_536)
            while let count = try? unsafe part.withUnsafeMutableBytes({ unsafe try reading.read(into: $0) }), count > 0
            {
                text += part.prefix(count)
            }
            return String(decoding: text, as: UTF8.self)
        }

        @Test func `writes each line at once`() throws {
            let (reading, writing) = try pipe()
            let output = output(writing)
            output.write("one")
            #expect(text(reading) == "one\n")
            output.write("two")
            #expect(text(reading) == "two\n")
            #expect(ends.value == [])
            try reading.close()
            try writing.close()
        }

        @Test func `does not wait for its reader, keeps a bounded amount, and says how many lines it left out`() throws
        {
            let (reading, writing) = try pipe()
            let output = output(writing)
            let line = String(repeating: "x", count: 999)
            for _ in 1...2_000 { output.write(line) }
            var all = ""
            _ = try loop.run {
                all += text(reading)
                return all.hasSuffix(" omitted\n")
            }
            let lines = all.split(separator: "\n")
            let kept = lines.count - 1
            // The pipe itself can store 64 KiB.
            #expect((262...340).contains(kept))
            #expect(lines.last == "\(2_000 - kept) omitted")
            #expect(lines.dropLast().allSatisfy { $0 == line })
            output.write("later")
            #expect(text(reading) == "later\n")
            try reading.close()
            try writing.close()
        }

        @Test func `notices that its reader is gone, though there is nothing to write`() throws {
            let (reading, writing) = try pipe()
            let output = output(writing)
            try loop.run(for: .milliseconds(50))
            #expect(ends.value == [])
            try reading.close()
            #expect(try loop.run { ends.value == [nil] })
            output.write("for nobody")
            try loop.run(for: .milliseconds(50))
            #expect(ends.value == [nil])
            try writing.close()
        }

        @Test func `notices it at the next line, and while lines wait`() throws {
            let (reading, writing) = try pipe()
            let first = output(writing)
            try reading.close()
            first.write("for nobody")
            #expect(ends.value == [nil])
            try writing.close()

            let (slow, filled) = try pipe()
            let second = output(filled)
            for _ in 1...100 { second.write(String(repeating: "x", count: 999)) }
            try slow.close()
            #expect(try loop.run { ends.value == [nil, nil] })
            try filled.close()
        }

        @Test func `says why nothing more can be written`() throws {
            let full = try FileDescriptor.open(FilePath("/dev/full"), .writeOnly)
            output(full).write("too much")
            #expect(ends.value == [.noSpace])
            try full.close()
        }
    }
}
