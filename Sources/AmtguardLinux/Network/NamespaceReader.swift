import AmtguardCore
import CLinux
import Glibc
public import SystemPackage

/// Reads the kernel's settings in each network namespace of the machine. To do so it enters one after the other.
///
/// It changes nothing there. It needs CAP_SYS_ADMIN and a program with one thread, so the guard does not use it.
public struct NamespaceReader {
    /// The directory of processes.
    public var proc: FilePath = "/proc"
    /// Where `ip netns`, CNI and docker mount namespaces.
    public var directories: [FilePath] = ["/run/netns", "/run/docker/netns"]

    /// Further namespaces are not read.
    static let most = 16_384

    public init() {}

    /// All namespaces but the caller's own, in the order of their inodes.
    ///
    /// - Parameter progress: called after each, with the number of finished ones, and of all.
    /// - Throws: If the caller's own namespace can't be found or `/proc` can't be listed. A namespace that can't be
    ///   entered is counted.
    public func read(progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }) throws(Errno) -> NetworkNamespaces {
        let home = try RootDirectory().open("/proc/thread-self/ns/net", flags: O_RDONLY)
        var search = NamespaceSearch(proc: proc, directories: directories, own: UInt64(try home.status().st_ino))
        try search.run()
        var namespaces = NetworkNamespaces()
        namespaces.hiddenProcesses = search.hiddenProcesses
        namespaces.isCut = search.found.count > Self.most
        let all = search.found.sorted { $0.key < $1.key }.prefix(Self.most)
        for (done, (inode, found)) in all.enumerated() {
            do throws(Errno) {
                namespaces.looks.append(try look(at: inode, found, home))
            } catch .noSuchFileOrDirectory, .noSuchProcess {
                // Its last process has ended meanwhile.
            } catch {
                namespaces.closed += 1
            }
            progress(done + 1, all.count)
        }
        return namespaces
    }

    private func look(
        at inode: UInt64, _ found: NamespaceSearch.Found, _ home: borrowing Descriptor
    ) throws(Errno) -> NetworkNamespaceLook {
        let namespace = try RootDirectory().open(found.path, flags: O_RDONLY | O_NONBLOCK)
        // The process may have ended, and another process may have its number by now.
        guard UInt64(try namespace.status().st_ino) == inode else { throw .noSuchProcess }
        var look = NetworkNamespaceLook(inode: inode, owner: found.owner.words(below: proc))
        try inside(namespace, home) { fill(&look) }
        return look
    }

    /// `/proc/sys/net` shows the namespace of the thread that opens a file, so each file is opened again.
    private func fill(_ look: inout NetworkNamespaceLook) {
        look.range = (try? KernelChoiceReader().read())?.ephemeralRange
        if var list = try? ReservedPortsList() { look.reserved = try? list.read() }
        look.addresses = (try? readInterfaces())?.filter { !$0.isLoopback }.flatMap(\.ipv4)
    }

    /// Runs `body` in another namespace. The thread always returns: a program that stayed in another namespace would
    /// take that for the host.
    ///
    /// The corresponding C function is `setns`.
    private func inside(
        _ namespace: borrowing Descriptor, _ home: borrowing Descriptor, _ body: () -> Void
    ) throws(Errno) {
        let (there, back) = (namespace.number, home.number)
        try valueOrErrno { setns(there, CLONE_NEWNET) }
        body()
        guard setns(back, CLONE_NEWNET) == 0 else {
            fatalError("the program can't leave a foreign network namespace: errno \(errno)")
        }
    }
}
