public import AmtguardCore
import CLinux
import Glibc
public import SystemPackage

/// Reads whether this host translates addresses.
///
/// It causes no module to be loaded: a request to the kernel can load one. A module that is not loaded translates
/// nothing.
public struct TranslationReader: Sendable {
    /// The tables of legacy iptables, one per line. Only root may open it.
    public var legacyTables: FilePath
    /// How many connections the kernel tracks.
    public var connectionCount: FilePath
    /// The directory of loaded modules.
    public var loadedModules: FilePath
    /// The list of loaded modules; missing if the kernel has no modules.
    public var moduleList: FilePath
    /// Whether nf_tables is built into the kernel, which only the list in `/lib/modules` shows; `nil` if that can't be
    /// read.
    public private(set) var isBuiltin: Bool?

    private static let limit = 1 << 20

    /// The files of the caller's network namespace, or files of the same format.
    public init(
        legacyTables: FilePath = "/proc/thread-self/net/ip_tables_names",
        connectionCount: FilePath = conntrackCountPath,
        loadedModules: FilePath = "/sys/module", moduleList: FilePath = "/proc/modules",
        builtinModules: FilePath = Self.builtinModulesOfThisKernel
    ) {
        self.legacyTables = legacyTables
        self.connectionCount = connectionCount
        self.loadedModules = loadedModules
        self.moduleList = moduleList
        isBuiltin = (try? RootDirectory().readFile(builtinModules, atMost: Self.limit)).map(Self.hasNFTables)
    }

    /// Below `/lib/modules`. The corresponding C function is `uname`.
    public static var builtinModulesOfThisKernel: FilePath {
        var names = utsname()
        unsafe uname(&names)
        let release = unsafe withUnsafeBytes(of: names.release) { unsafe Array($0.prefix { $0 != 0 }) }
        return FilePath("/lib/modules").appending(String(decoding: release, as: UTF8.self)).appending("modules.builtin")
    }

    /// One look: at nf_tables, at legacy iptables, and at the connections that the kernel tracks.
    ///
    /// - Parameters:
    ///   - ports: The ports to report if a rule forwards them.
    ///   - legacy: The file of legacy tables, opened by a process with the permission; read instead of `legacyTables`.
    public func read(publishing ports: PortSet, legacy: FileDescriptor? = nil) -> Translation {
        var translation = Translation(chains: [], hasLegacyTable: nil)
        var gaps: [String] = []
        let isThere = hasNFTables
        if isThere == nil {
            translation.chains = nil
            gaps.append("it is unknown whether nf_tables is a part of this kernel")
        } else if isThere == true {
            do throws(Errno) {
                let found = try readNATChains(publishing: ports)
                translation.chains = found.chains
                translation.published = found.published
            } catch .protocolNotSupported {
                // The kernel has no nf_tables, so no chain of it translates.
            } catch {
                translation.chains = nil
                gaps.append("the ruleset of nf_tables can't be read: \(error)")
            }
        }
        do throws(Errno) {
            translation.hasLegacyTable = try hasLegacyTable(legacy)
        } catch {
            gaps.append("\(legacyTables) can't be read: \(error)")
        }
        translation.tracks = try? tracksConnections(connectionCount)
        translation.gap = gaps.isEmpty ? nil : gaps.joined(separator: "; ").oneLine
        return translation
    }

    /// Whether nf_tables is loaded or built in; `nil` if unknown.
    public var hasNFTables: Bool? {
        if exists(loadedModules.appending("nf_tables")) || !exists(moduleList) { return true }
        return isBuiltin
    }

    /// Takes the list of built-in modules from a process that may read it.
    public mutating func learn(builtinModules: FileDescriptor) {
        guard isBuiltin == nil else { return }
        isBuiltin = (try? Self.readFromStart(builtinModules, atMost: Self.limit)).map(Self.hasNFTables)
    }

    /// The list of built-in modules, opened. The corresponding C function is `open`.
    public static func openBuiltinModules() throws(Errno) -> Descriptor {
        try RootDirectory().open(builtinModulesOfThisKernel, flags: O_RDONLY | O_CLOEXEC)
    }

    private static func hasNFTables(_ list: [UInt8]) -> Bool {
        lines(list).contains { $0.elementsEqual("kernel/net/netfilter/nf_tables.ko".utf8) }
    }

    /// The file of legacy tables, for `read`. The corresponding C function is `open`.
    public func openLegacyTables() throws(Errno) -> Descriptor {
        try RootDirectory().open(legacyTables, flags: O_RDONLY | O_CLOEXEC)
    }

    private func exists(_ path: FilePath) -> Bool {
        do throws(Errno) {
            _ = try RootDirectory().open(path, flags: O_PATH)
            return true
        } catch {
            return error != .noSuchFileOrDirectory
        }
    }

    private func hasLegacyTable(_ handed: FileDescriptor?) throws(Errno) -> Bool {
        let names: [UInt8]
        do throws(Errno) {
            if let handed {
                names = try Self.readFromStart(handed, atMost: 4_096)
            } else {
                names = try RootDirectory().readFile(legacyTables, atMost: 4_096)
            }
        } catch .noSuchFileOrDirectory {
            return false  // ip_tables is not loaded.
        }
        return Self.lines(names).contains { $0.elementsEqual("nat".utf8) }
    }

    /// The corresponding C function is `pread`: a read at position 0 creates the content of a /proc file anew.
    private static func readFromStart(_ file: FileDescriptor, atMost limit: Int) throws(Errno) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = try valueOrErrno {
            unsafe bytes.withUnsafeMutableBytes { unsafe pread(file.rawValue, $0.baseAddress, $0.count, 0) }
        }
        return Array(bytes[..<count])
    }

    private static func lines(_ text: [UInt8]) -> [ArraySlice<UInt8>] { text.split(separator: UInt8(ascii: "\n")) }
}
