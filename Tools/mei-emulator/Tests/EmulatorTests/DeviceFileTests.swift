import Foundation
import Testing

private let amthi = "2800f812b7b42d4baca846e0ff65814c"
private let connected = ["mtu: 5120, version: 1", "connect: 16 0014000001b42d4baca846e0ff65814c"]
private let askState = "write=010100001100000400000000"
private let state = "read: 20 0101000011008004080000000000000000000000"

/// Through the kernel: real open, ioctl, write, poll and read by a program that shares no code with the emulator.
@Suite(.enabled(if: canMount, needsMount))
struct DeviceFileTests {
    private func client(_ steps: String, machine: String = "") throws -> [String] {
        try Stage.run(machine: machine, "$MEI $NODE \(steps)").lines
    }

    @Test func `the order of the kernel's sample gets an MTU, an event and an answer`() throws {
        let lines = try client("open connect=\(amthi) poll \(askState) poll=5000 read poll close")
        #expect(
            lines == ["open: 0"] + connected + ["poll: out", "write: 12", "poll: in", state, "poll: out", "close: 0"])
    }

    @Test func `before the connect there is nothing but an error`() throws {
        #expect(
            try client("open poll read write=00 ioctl=0xC0104899 ioctl=0x40044802")
                == ["open: 0", "poll: error", "read: ENODEV", "write: ENODEV", "ioctl: ENOTTY", "ioctl: EOPNOTSUPP"])
    }

    @Test func `an unknown client is ENOTTY, and the same file may ask for another`() throws {
        #expect(
            try client("open connect=00112233445566778899aabbccddeeff connect=\(amthi) connect=\(amthi)")
                == ["open: 0", "connect: ENOTTY"] + connected + ["connect: EBUSY"])
    }

    @Test func `a client at a fixed address is not for programs`() throws {
        #expect(try client("open connect=84352155299a1649badf0fb7ed682aeb") == ["open: 0", "connect: ENOTTY"])
    }

    @Test func `one file alone has AMTHI, until it is closed`() throws {
        let second = "use=1 open connect=\(amthi)"
        #expect(
            try client("open connect=\(amthi) \(second) connect=15676a8ebc9a43409 use=0 close use=1 connect=\(amthi)")
                .filter { $0.hasPrefix("connect") } == [
                    connected[1], "connect: EBUSY", "connect: ENOTTY", connected[1],
                ])
    }

    @Test func `two programs get EBUSY from each other, and a killed one frees the slot`() throws {
        let lines = try Stage.run(
            machine: "",
            """
            $MEI $NODE open connect=\(amthi) sleep=60000 >/dev/null & HOLDER=$!
            until grep -q 'connect 1 amthi' $LOG; do sleep 0.02; done
            $MEI $NODE open connect=\(amthi)
            kill -KILL $HOLDER; wait $HOLDER 2>/dev/null
            until grep -q 'close 1' $LOG; do sleep 0.02; done
            $MEI $NODE open connect=\(amthi)
            """
        ).lines
        #expect(lines == ["open: 0", "connect: EBUSY", "open: 0"] + connected)
    }

    @Test func `a message is read in parts, and the next read waits for the next message`() throws {
        #expect(
            try client("open=nonblock connect=\(amthi) \(askState) read=8 poll read=100 poll read")
                == ["open: 0"] + connected + [
                    "write: 12", "read: 8 0101000011008004", "poll: in out", "read: 12 080000000000000000000000",
                    "poll: out", "read: EAGAIN",
                ])
    }

    @Test func `a message has an end`() throws {
        #expect(
            try client("open connect=\(amthi) 'write=5121*0' 'write=5120*0' write=")
                == ["open: 0"] + connected + ["write: EFBIG", "write: 5120", "write: 0"])
    }

    @Test func `two answers are two messages`() throws {
        #expect(
            try client("open=nonblock connect=\(amthi) \(askState) \(askState) read read read")
                == ["open: 0"] + connected + ["write: 12", "write: 12", state, state, "read: EAGAIN"])
    }

    @Test func `a reset in the middle ends the conversation, and another begins afterwards`() throws {
        let lines = try client(
            "open connect=\(amthi) \(askState) poll read connect=\(amthi) use=1 open sleep=700 open connect=\(amthi) "
                + "\(askState) poll=5000 read",
            machine: "[faults]\nGetProvisioningState = reset 500, times 1\n")
        #expect(
            lines == ["open: 0"] + connected + [
                "write: 12", "poll: error", "read: ENODEV", "connect: ENODEV", "open: ENODEV", "open: 0",
            ] + connected + ["write: 12", "poll: in", state])
    }

    @Test func `a reset wakes who waits, in read and in poll`() throws {
        let lines = try Stage.run(
            machine: "[faults]\namthi = silent\n",
            """
            $MEI $NODE open connect=\(amthi) \(askState) read >$ROOT/reader & READER=$!
            $MEI $NODE watch=$ROOT/sys/class/mei/mei0/dev_state text changed changed=20000 text >$ROOT/watcher & WATCHER=$!
            until grep -q ask $LOG && grep -q 'changed: no' $ROOT/watcher; do sleep 0.02; done
            kill -USR1 $PID; wait $READER $WATCHER; tail -n 1 $ROOT/reader; cat $ROOT/watcher
            """
        ).lines
        #expect(
            lines == [
                "read: ENODEV", "watch: 0", "text: ENABLED", "changed: no", "changed: yes error", "text: RESETTING",
            ])
    }

    @Test func `dev_state is read once before it is watched, as in the kernel`() throws {
        let lines = try Stage.run(
            machine: "", "$MEI $NODE watch=$ROOT/sys/class/mei/mei0/dev_state changed text changed"
        )
        .lines
        #expect(lines == ["watch: 0", "changed: yes error", "text: ENABLED", "changed: no"])
    }

    @Test(arguments: ["INT", "KILL"])
    func `a firmware that is silent lets a signal end the wait`(signal: String) throws {
        let lines = try Stage.run(
            machine: "[faults]\namthi = silent\n",
            """
            timeout -s \(signal) 0.3 $MEI $NODE open connect=\(amthi) \(askState) read
            echo "status $?"; until grep -q close $LOG; do sleep 0.02; done
            """
        ).lines
        #expect(lines == ["open: 0"] + connected + ["write: 12", "status \(signal == "INT" ? 124 : 137)"])
    }

    @Test func `an uninterruptible ioctl is not ended by SIGKILL, and keeps nobody else waiting`() throws {
        let lines = try Stage.run(
            machine: "[faults]\nconnect = uninterruptible 1500, times 1\n",
            """
            before=$(date +%s%3N)
            $MEI $NODE open connect=\(amthi) >/dev/null & STUCK=$!
            until grep -q uninterruptible $LOG; do sleep 0.02; done
            kill -KILL $STUCK; sleep 0.2; awk '$1 == "State:" { print $2 }' /proc/$STUCK/status
            $MEI $NODE open connect=15676a8ebc9a434088ef9e39c6f63e0f
            [ $(($(date +%s%3N) - before)) -lt 1500 ] || echo 'the others waited'
            wait $STUCK 2>/dev/null; [ $(($(date +%s%3N) - before)) -ge 1500 ] && echo 'it stayed'
            """
        ).lines
        #expect(
            lines == [
                "D", "open: 0", "mtu: 4096, version: 1", "connect: 16 00100000019a434088ef9e39c6f63e0f", "it stayed",
            ])
    }

    @Test func `one process reads while another writes to the same open file`() throws {
        // A regular file has one position, protected by a lock; a device has none.
        let lines = try client("open connect=\(amthi) reader \(askState) wait")
        #expect(lines.sorted() == (["open: 0", "write: 12", state] + connected).sorted())
    }

    @Test func `the slot of another program is free again after its time`() throws {
        #expect(
            try client(
                "open connect=\(amthi) sleep=50 connect=\(amthi) sleep=400 connect=\(amthi)",
                machine: "[faults]\nconnect/amthi = busy 300\n")
                == ["open: 0", "connect: EBUSY", "connect: EBUSY"] + connected)
    }

    @Test func `the recorded machine comes out byte for byte`() throws {
        // 525 bytes of AMT 11.8.93 build 4323, recorded on PCI 8086:a13a, subsystem 17aa:222e.
        func text(_ value: String, _ count: Int) -> String {
            let hex = value.utf8.map { String(format: "%02x", $0) }.joined()
            return hex + String(repeating: "00", count: count - value.utf8.count)
        }
        func pair(_ nameLength: String, _ name: String, _ versionLength: String, _ version: String) -> String {
            nameLength + text(name, 20) + versionLength + text(version, 20)
        }
        let versions =
            "010100001a0080040102000000000000" + "4e31454554413257202831"
            + "2e37352029" + String(repeating: "00", count: 49) + "0a000000"
            + pair("0500", "Flash", "0700", "11.8.93") + pair("0800", "Netstack", "0700", "11.8.93")
            + pair("0700", "AMTApps", "0700", "11.8.93") + pair("0300", "AMT", "0700", "11.8.93")
            + pair("0300", "Sku", "0100", "8") + pair("0800", "VendorID", "0400", "8086")
            + pair("0c00", "Build Number", "0400", "4323") + pair("1000", "Recovery Version", "0700", "11.8.93")
            + pair("1200", "Recovery Build Num", "0400", "4323") + pair("0b00", "Legacy Mode", "0500", "False")
        for machine in ["recorded-11.8.93", "recording-11.8.93"] {
            let lines = try client(
                "open connect=\(amthi) write=010100001a00000400000000 poll=5000 read \(askState) poll=5000 read",
                machine: try Package.text("machines/\(machine).machine"))
            #expect(
                lines == ["open: 0"] + connected + [
                    "write: 12", "poll: in", "read: 525 \(versions)", "write: 12", "poll: in", state,
                ], "\(machine)")
        }
    }

    @Test func `another machine behind the same node, by SIGHUP; a bad file changes nothing`() throws {
        let output = try Stage.run(
            machine: "",
            """
            echo '[amt' >$MACHINE; kill -HUP $PID; sleep 0.2
            $MEI $NODE open connect=\(amthi) \(askState) read | tail -n 1
            printf '[amt]\\nprovisioning = post\\n' >$MACHINE; kill -HUP $PID; sleep 0.2
            $MEI $NODE open connect=\(amthi) \(askState) read | tail -n 1
            """)
        #expect(output.lines == [state, "read: 20 0101000011008004080000000000000002000000"])
        #expect(output.errors.contains("machine:1: no section '[amt'; allowed: [machine] [clients]"))
    }

    @Test func `a graphics card's device takes index 0, opens, and has no AMTHI`() throws {
        let lines = try Stage.run(
            machine: "[machine]\nindex = 1\ngraphics = 0\n",
            """
            cat $ROOT/sys/class/mei/mei0/kind $ROOT/sys/class/mei/mei1/kind
            basename $(readlink -e $ROOT/sys/class/mei/mei0/device) ; basename $(readlink -e $ROOT/sys/class/mei/mei1/device)
            $MEI $ROOT/dev/mei0 open connect=\(amthi); $MEI $ROOT/dev/mei1 open connect=\(amthi)
            """
        ).lines
        #expect(
            lines == ["gsc", "mei", "i915.mei-gsc.768", "0000:00:16.0", "open: 0", "connect: ENOTTY", "open: 0"]
                + connected)
    }

    @Test func `an engine on another bus is there, with its serial function, and nothing of it on bus 0`() throws {
        let lines = try Stage.run(
            machine: "[machine]\naddress = 0000:80:16.0\npci device = 0x7f68\nserial over lan = yes\n",
            """
            cd $ROOT/sys; cat bus/pci/devices/0000:80:16.0/device bus/pci/devices/0000:80:16.3/class
            basename $(readlink -e class/mei/mei0/device); ls bus/mei/devices | grep 12f80028
            readlink -e bus/mei/devices/*12f80028* | sed "s|$ROOT||"; ls bus/pci/devices | grep -c :16
            cat bus/pci/devices/0000:80:16.0/uevent | grep PCI_ID
            """
        ).lines
        #expect(
            lines == [
                "0x7f68", "0x070002", "0000:80:16.0", "0000:80:16.0-12f80028-b4b7-4b2d-aca8-46e0ff65814c",
                "/sys/devices/pci0000:80/0000:80:16.0/0000:80:16.0-12f80028-b4b7-4b2d-aca8-46e0ff65814c", "2",
                "PCI_ID=8086:7F68",
            ])
    }

    @Test(arguments: [(700, "3 asked, 0 lost, 2 waited"), (1_750, "3 asked, 1 lost, 5 waited")])
    func `the client like LMS tries for a second, and loses what it does not get by then`(
        hold: Int, result: String
    ) throws {
        let lines = try Stage.run(
            machine: "",
            """
            $MEI $NODE open connect=\(amthi) sleep=\(hold) close >/dev/null & HOLDER=$!
            until grep -q 'connect 1 amthi' $LOG; do sleep 0.01; done
            $BIN/lms-like --commands 3 --no-listen $NODE; echo "status $?"; wait $HOLDER
            """
        ).lines
        #expect(lines.suffix(2) == ["commands: \(result)", "status \(hold < 1_000 ? 0 : 1)"])
    }

    @Test func `who connects to LME is spoken to`() throws {
        let lines = try client("open connect=dba4336776047b4eb3afbcfc29bee7a7 poll=5000 read")
        #expect(lines.prefix(2) == ["open: 0", "mtu: 4096, version: 1"])
        #expect(lines[3] == "poll: in" && lines[4].hasPrefix("read: 93 c00000000100000000"))
    }

    @Test func `what has several lines in the driver's attributes has them here, from a recording too`() throws {
        let lines = try Stage.run(
            machine: "amtguard-recording: 1\n\nattribute name=mei0\nattribute fw_ver=0:11.8.93.4323 0:11.8.93.4300\n"
                + "attribute fw_status=94000245 09F10506\n",
            "cat $ROOT/sys/class/mei/mei0/fw_ver $ROOT/sys/class/mei/mei0/fw_status"
        ).lines
        #expect(lines == ["0:11.8.93.4323", "0:11.8.93.4300", "94000245", "09F10506"])
    }

    @Test func `nobody's own /sys is replaced`() throws {
        let output = try Stage.run(
            "D=$(mktemp -d); mkdir $D/sys; $BIN/mei-emulator \(Package.directory.path)/machines/no-csme.machine --root $D; "
                + "echo $?; rmdir $D/sys $D")
        #expect(output.lines == ["1"])
        #expect(output.errors.contains("/sys is there already, and not of an emulator's making"))
    }

    @Test func `a mount point shows the node and nothing else`() throws {
        let output = try Stage.run(
            """
            D=$(mktemp -d); mkfifo $D.ready
            $BIN/mei-emulator \(Package.directory.path)/machines/provisioned-acm.machine $D >$D.ready & PID=$!
            read word <$D.ready; echo $word; ls $D; stat -c %a $D/mei0; $MEI $D/mei0 | tail -n 1; kill -INT $PID; wait $PID
            echo $?; ls $D; rmdir $D; rm $D.ready
            """)
        #expect(output.lines == ["ready", "mei0", "600", "close: 0", "0"])
    }
}
