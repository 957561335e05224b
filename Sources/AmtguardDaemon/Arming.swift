import AmtguardCore
import AmtguardLinux
import AmtguardSystemd
import Glibc
import SystemPackage

/// `--arm`: opens and reads what the daemon may not, and hands it over through the service manager.
enum Arming {
    private static let listName = "list"
    private static let watchName = "watch"
    private static let programNames = (link: "writes-link", ring: "writes-ring", page: "writes-page")
    private static let programRefusalName = "writes-refusal"
    private static let smbiosName = "smbios"
    private static let bootName = "boot-id"
    private static let legacyTablesName = "ip-tables-names"
    private static let builtinModulesName = "modules-builtin"

    /// The service manager did not take it; one line.
    struct NotTaken: Error, CustomStringConvertible {
        let description: String

        static let unsupervised = NotTaken(
            description: "--arm needs a service manager, and there is none (NOTIFY_SOCKET is not set)")
        static let tooBusy = NotTaken(
            description: "the service manager's queue stayed full for 5 s, so it does not have the watch")
    }

    /// The list or its watch can't be opened, so it can't be handed to the daemon.
    struct Unopened: Error, CustomStringConvertible {
        let reason: String
        var description: String {
            "\(ReservedPortsList.path): \(reason). The daemon opens what it can, and reports what is missing"
        }
    }

    /// The handed-over descriptors.
    struct Armed: ~Copyable {
        /// The list itself, opened through the host's own mount of procfs.
        var list: Descriptor?
        /// The watches: the program in the kernel, and the one that names writers without it.
        var watch = ListWatch.Armed()
        /// Whether the service manager keeps the program, or parts of it.
        var isProgramStored = false
        /// The SMBIOS structures about AMT, in sealed memory.
        var smbios: Descriptor?
        /// The file with the boot's id, through the host's own mount of procfs.
        var boot: Descriptor?
        /// The names of the tables of legacy iptables in this network namespace.
        var legacyTables: Descriptor?
        /// The list of the modules that are built into the kernel.
        var builtinModules: Descriptor?
    }

    /// Opens the list, the watch that names writers and the boot's id, reads the SMBIOS structures about AMT, and
    /// stores each. Runs as root, before the daemon. A machine without SMBIOS is not reported.
    static func arm(below root: borrowing RootDirectory) throws {
        defer { ServiceManager.barrier(timeout: .seconds(5)) }
        // A former daemon may have stored other things under these names.
        for name in [
            listName, watchName, smbiosName, bootName, legacyTablesName, builtinModulesName, programRefusalName,
        ] {
            try send { ServiceManager.removeFromStore(name: name) }
        }
        if let boot = try? BootID.open() { try handOver(boot.fileDescriptor, as: bootName) }
        if let tables = try? TranslationReader().openLegacyTables() {
            try handOver(tables.fileDescriptor, as: legacyTablesName)
        }
        if let list = try? TranslationReader.openBuiltinModules() {
            try handOver(list.fileDescriptor, as: builtinModulesName)
        }
        do throws(Errno) {
            let memory = try sealedMemory(of: readSMBIOS(in: root))
            try? handOver(memory.fileDescriptor, as: smbiosName)
        } catch .noSuchFileOrDirectory {
        } catch {
            print("amtguardd: SMBIOS can't be read: \(error)", to: .standardError)
        }
        let list = try openList()
        try handOver(list.fileDescriptor, as: listName)
        try armProgram()
        let watch: Descriptor
        do throws(Errno) {
            watch = try ListWatch.arm(list)
        } catch {
            throw Unopened(reason: "fanotify can't watch it: \(error)")
        }
        try handOver(watch.fileDescriptor, as: watchName)
        guard ServiceManager.isSupervised else { throw NotTaken.unsupervised }
    }

    /// Loads the program in the kernel, or finds the one that the previous daemon left in the store. While this process
    /// has it open, the store may release it.
    private static func armProgram() throws(NotTaken) {
        var watch = ListWatch.Armed()
        watch.loadProgram()
        try send { forgetProgram() }
        if let program = watch.program.take() {
            // A poll of the page always reports an error, so the service manager would drop it.
            try handOver(program.link.fileDescriptor, as: programNames.link, polled: false)
            try handOver(program.ring.fileDescriptor, as: programNames.ring, polled: false)
            try handOver(program.shared.fileDescriptor, as: programNames.page, polled: false)
        } else if let memory = try? sealedMemory(of: Array((watch.programRefusal ?? "").utf8)) {
            try handOver(memory.fileDescriptor, as: programRefusalName)
        }
    }

    private static func handOver(
        _ descriptor: FileDescriptor, as name: String, polled: Bool = true
    ) throws(NotTaken) {
        try send { ServiceManager.store([descriptor], name: name, poll: polled) }
    }

    /// Sends a message to the service manager, if there is one. If its queue is full, tries again: this step may wait.
    private static func send(_ message: () -> Bool) throws(NotTaken) {
        let end = Instant.now() + .seconds(5)
        while !message() {
            guard ServiceManager.isSupervised else { return }
            guard Instant.now() < end else { throw .tooBusy }
            usleep(20_000)
        }
    }

    private static func openList() throws(Unopened) -> ReservedPortsList {
        let list: ReservedPortsList
        do { list = try ReservedPortsList() } catch { throw Unopened(reason: "\(error)") }
        let isKernels: Bool
        do { isKernels = try list.isKernels } catch { throw Unopened(reason: "\(error)") }
        guard isKernels else { throw Unopened(reason: "another file is mounted over it") }
        guard list.isWritable else { throw Unopened(reason: "not writable") }
        return list
    }

    /// The parts of the program in the kernel.
    private struct ReceivedProgram: ~Copyable {
        var link: Descriptor?
        var ring: Descriptor?
        var page: Descriptor?

        var isEmpty: Bool { link == nil && ring == nil && page == nil }

        /// `nil` unless all parts are present.
        mutating func whole() -> WriteProgram.Armed? {
            guard let link = link.take(), let ring = ring.take(), let page = page.take() else { return nil }
            return WriteProgram.Armed(link: link, ring: ring, shared: page)
        }
    }

    /// Takes the armed descriptors and the holds of the previous daemon. The armed ones leave the store at once:
    /// otherwise each restart would hand over one more. Holds stay in the store, and are recognized by their
    /// properties. The socket that owns the redraw table stays as well, and so does the program in the kernel, so that
    /// it stays attached if this process dies.
    static func receive(holds: inout HoldDriver, redrawing: inout RedrawDriver) -> Armed {
        var armed = Armed()
        var program = ReceivedProgram()
        for received in ServiceManager.receivedDescriptors() {
            let descriptor = Descriptor(owning: received.descriptor)
            switch received.name {
            case listName: armed.list = consume descriptor
            case watchName: armed.watch.group = consume descriptor
            case programNames.link:
                program.link = consume descriptor
                continue
            case programNames.ring:
                program.ring = consume descriptor
                continue
            case programNames.page:
                program.page = consume descriptor
                continue
            case programRefusalName:
                armed.watch.programRefusal = (try? readSealed(descriptor, atMost: 1_000))
                    .map { String(decoding: $0, as: UTF8.self).oneLine }
            case smbiosName: armed.smbios = consume descriptor
            case bootName: armed.boot = consume descriptor
            case legacyTablesName: armed.legacyTables = consume descriptor
            case builtinModulesName: armed.builtinModules = consume descriptor
            case let name where name.hasPrefix(Hold.storedPrefix):
                holds.adopt(consume descriptor, name: name)
                continue
            case RedrawDriver.storedName:
                redrawing.adopt(consume descriptor)
                continue
            default: continue
            }
            ServiceManager.removeFromStore(name: received.name)
        }
        armed.isProgramStored = !program.isEmpty
        armed.watch.program = program.whole()
        return armed
    }

    /// Makes the service manager release the program in the kernel. Returns whether it accepted the message.
    @discardableResult
    static func forgetProgram() -> Bool {
        [programNames.link, programNames.ring, programNames.page]
            .allSatisfy { ServiceManager.removeFromStore(name: $0) }
    }
}
