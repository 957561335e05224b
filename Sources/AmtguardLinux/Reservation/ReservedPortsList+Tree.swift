// `--root DIR` in a container that guards its host. The container's engine mounts a procfs of the container's own, and
// makes its /proc/sys read-only. The host's /proc/sys/net, mounted below DIR, is the mount through which the host's
// programs write: the list can be written there, and a watch on it wakes for them.

import Glibc

extension ReservedPortsList {
    /// The list through the procfs that is mounted below the root; `nil` without a tree, or if the tree has no list
    /// that can be written.
    ///
    /// The kernel shows the network namespace of the process that opens the file, not of the one that mounted procfs. A
    /// tree may also be a copy, so any other file at that path is ignored, and never written.
    public static func mounted(below root: borrowing RootDirectory) -> ReservedPortsList? {
        guard root.isTree, let file = try? root.open(path, flags: O_RDWR | O_NONBLOCK) else { return nil }
        return try? adopt(file)
    }
}
