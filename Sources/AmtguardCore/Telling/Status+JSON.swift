// The bytes of `Describe()`, of the state file and of `amtguardctl status --json`. Every key is always there.

extension Status {
    /// The status in the order of `docs/status.schema.json`.
    public var json: JSON { JSON(encoding: self) }

    /// The keys with which the JSON of `amtguardctl ports`, `victims` and `firmware` begins.
    var head: JSON {
        [
            "schema": .number(Int64(schema)), "version": .string(version), "observed": JSON(encoding: observed),
            "reasons": JSON(encoding: reasons),
        ]
    }
}

extension Status.Socket {
    /// A socket with its process, as far as the caller could see it.
    public func json(pid: Int32?, command: String?) -> JSON {
        JSON(encoding: self).followed(by: ["pid": JSON(pid.map(Int64.init)), "command": JSON(command)])
    }
}

extension Status.Ports {
    /// The JSON without a daemon: it is unknown which ports are owned.
    var jsonWithoutDaemon: JSON {
        JSON(encoding: self).replacing("owned", "unowned", with: .null)
            .replacing("each", with: .array(each.map { JSON(encoding: $0).replacing("owned", with: .null) }))
    }
}

extension Status.Probe {
    /// What `amtguardctl probe --json` prints: the same key as in the status.
    ///
    /// - Parameters:
    ///   - probe: The result; `nil` if there is none.
    ///   - isRemembered: Whether the daemon has recorded it in its status.
    ///   - reasons: Why there is no result, or why it is not recorded.
    public static func json(_ probe: Status.Probe?, isRemembered: Bool, reasons: [Reason]) -> JSON {
        [
            "schema": 1, "version": .string(amtguardVersion), "reasons": JSON(encoding: reasons),
            "probe": JSON(encoding: probe), "remembered": .bool(isRemembered),
        ]
    }
}
