import Foundation
import Glibc

@testable import AmtguardSystemd

/// A separate bus for the test, which can end and start again at the same address.
final class PrivateBus {
    private let directory: TemporaryDirectory
    private var broker: Program?
    let address: String

    /// - Parameter later: whether it starts only with `start`.
    init(later: Bool = false) throws {
        directory = try TemporaryDirectory(mode: 0o755)
        address = "unix:path=\(directory.path)/run/bus"
        let configuration = """
            <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
              "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
            <busconfig>
              <type>session</type>
              <listen>\(address)</listen>
              <auth>EXTERNAL</auth>
              <limit name="max_replies_per_connection">10000</limit>
              <servicedir>\(directory.path)/services</servicedir>
              <policy context="default">
                <allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_type="signal"/>
                <allow send_requested_reply="true" send_type="method_return"/>
                <allow send_requested_reply="true" send_type="error"/>
                <allow receive_type="method_call"/><allow receive_type="method_return"/>
                <allow receive_type="error"/><allow receive_type="signal"/>
                <deny own="org.example.Forbidden"/>
              </policy>
            </busconfig>
            """
        try configuration.write(toFile: directory.path + "/bus.conf", atomically: true, encoding: .utf8)
        // A service that could be started, and would leave a file.
        let services = directory.path + "/services"
        try FileManager.default.createDirectory(atPath: services, withIntermediateDirectories: false)
        try "[D-BUS Service]\nName=org.example.Startable\nExec=/usr/bin/touch \(directory.path)/started\n"
            .write(toFile: services + "/org.example.Startable.service", atomically: true, encoding: .utf8)
        if !later { try start() }
    }

    /// Whether the bus has started a service.
    var hasStartedService: Bool { FileManager.default.fileExists(atPath: directory.path + "/started") }

    func start() throws {
        try FileManager.default.createDirectory(atPath: directory.path + "/run", withIntermediateDirectories: true)
        broker = try Program(["dbus-daemon", "--config-file=\(directory.path)/bus.conf", "--nofork", "--nopidfile"])
    }

    /// Kills the bus. Its socket file remains, as in reality.
    func kill() {
        broker?.end()
        broker = nil
    }

    func send(_ signal: CInt) { broker?.send(signal) }

    /// Waits until a started bus is ready.
    func wait() throws {
        let loop = try EventLoop()
        _ = try loop.run {
            do {
                _ = try BusClient(address: address)
                return true
            } catch {
                return false
            }
        }
    }

    /// Runs `busctl` as another user.
    func busctl(_ words: [String], user: Int = 0) throws -> Program {
        try Program(
            ["setpriv", "--reuid=\(user)", "--clear-groups", "busctl", "--address=\(address)", "--timeout=5"] + words)
    }
}
