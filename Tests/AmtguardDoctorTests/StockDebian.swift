import AmtguardCore

@testable import AmtguardDoctor

extension PaperMachine {
    /// Debian 12 as installed, with the defaults of procps 2:4.0.2-3, systemd 252.39-1~deb12u2, libc-bin
    /// 2.36-9+deb12u14, nfs-common 1:2.6.2-4+deb12u1 (an NFS version 4 mount), tuned 2.20.0-1 (its default profile),
    /// ufw 0.36.2-1, passt 0.0~git20230309 and docker's network.
    static var stockDebian: PaperMachine {
        var machine = PaperMachine(files: [
            "/proc/sys/net/ipv4/ip_local_port_range": "32768\t60999\n",
            "/proc/sys/net/ipv4/ip_unprivileged_port_start": "1024\n",
            "/proc/sys/net/ipv4/ip_autobind_reuse": "0\n",
            "/proc/sys/kernel/osrelease": "6.1.0-41-amd64\n",
            "/proc/1/comm": "systemd\n",
            "/proc/712/comm": "rpcbind\n",
            "/proc/1207/comm": "pasta.avx2\n",
            "/proc/1208/comm": "slirp4netns\n",
            "/proc/sys/sunrpc/min_resvport": "665\n",
            "/proc/sys/sunrpc/max_resvport": "1023\n",
            "/proc/mounts": "/dev/sda1 / ext4 rw 0 0\nnas:/home /home nfs4 rw,vers=4.2,proto=tcp 0 0\n",
            "/etc/sysctl.conf": "#net.ipv4.ip_forward=1\n",
            "/etc/sysctl.d/99-sysctl.conf": "#net.ipv4.ip_forward=1\n",
            "/etc/sysctl.d/README.sysctl": "Kernel system variables configuration files\n",
            "/usr/lib/sysctl.d/50-pid-max.conf": "kernel.pid_max = 4194304\n",
            "/usr/lib/sysctl.d/99-protect-links.conf": "fs.protected_fifos = 1\nfs.protected_regular = 2\n",
            "/etc/ufw/sysctl.conf": "net/ipv4/icmp_echo_ignore_broadcasts=1\n#net/ipv4/ip_forward=1\n",
            "/etc/bindresvport.blacklist": BindresvportTests.debian,
            "/etc/tuned/active_profile": "balanced\n",
            "/usr/lib/tuned/balanced/tuned.conf": "[main]\nsummary=General\n[audio]\ntimeout=10\n",
            "/usr/lib/x86_64-linux-gnu/systemd/libsystemd-shared-252.so": "",
            "/usr/lib/systemd/system/lms.service": "[Service]\n",
        ])
        machine.others = [
            NamespaceLook(
                owner: "docker-3f2a", range: 32768...60999, reserved: PortSet(),
                addresses: ["172.17.0.2"])
        ]
        return machine
    }
}
