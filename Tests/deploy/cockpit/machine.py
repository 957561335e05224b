"""The machine behind the page: a bus, the guard below a root of its own, and Cockpit without a log-in."""
import os
import pathlib
import subprocess
import time

TOP = pathlib.Path(__file__).resolve().parents[3]
LIST = pathlib.Path("/proc/sys/net/ipv4/ip_local_reserved_ports")
WORK = pathlib.Path("/run/t")
ROOT = WORK / "root"
SOCKET = ROOT / "run/dbus/system_bus_socket"

BUS = f"""<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-BUS Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>system</type>
  <listen>unix:path={SOCKET}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <deny own="*"/>
    <deny send_type="method_call"/>
    <allow send_type="signal"/>
    <allow send_requested_reply="true" send_type="method_return"/>
    <allow send_requested_reply="true" send_type="error"/>
    <allow receive_type="method_call"/>
    <allow receive_type="method_return"/>
    <allow receive_type="error"/>
    <allow receive_type="signal"/>
    <allow send_destination="org.freedesktop.DBus"/>
  </policy>
  <include>{TOP}/systemd/org.amtguard1.conf</include>
</busconfig>
"""


def eventually(check, patience=20):
    """Waits until `check()` is true."""
    end = time.monotonic() + patience
    while not check():
        if time.monotonic() > end:
            raise TimeoutError(f"not within {patience} s: {check.__doc__ or check}")
        time.sleep(0.02)


class Machine:
    """Its processes, which end with it."""

    def __init__(self):
        if os.readlink("/proc/self/ns/net") == os.environ["HOST_NETNS"]:
            raise SystemExit("this would change the list of the host itself: start it with Tests/deploy/cockpit.sh")
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755", "t", "/run"], check=True)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        SOCKET.parent.mkdir(parents=True)
        for name in ["bin", "programs", "page", "session", "nobody"]:
            (WORK / name).mkdir()
        os.chown(WORK / "nobody", 65534, 65534)
        # The user nobody may not enter a checkout in a home directory.
        for source, place in [(os.environ["AMTGUARD_BIN"], "programs"), (os.environ["PAGE"], "page")]:
            subprocess.run(["mount", "--bind", source, WORK / place], check=True)
        subprocess.run([TOP / "Tools/demo/emulated-sys.sh", ROOT, "amt"], check=True)
        # The page calls amtguardctl, which has to look below this root.
        self.script("amtguardctl", f'exec {WORK}/programs/amtguardctl --root {ROOT} "$@"')
        self.script("bridge-of-nobody", "exec setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "
                    f"env HOME={WORK}/nobody XDG_RUNTIME_DIR={WORK}/nobody cockpit-bridge")
        (WORK / "bus.conf").write_text(BUS)
        self.bus = self.guard = None

    def script(self, name, command):
        (WORK / "bin" / name).write_text(f"#!/bin/sh\n{command}\n")
        (WORK / "bin" / name).chmod(0o755)

    def run(self, name, *command):
        """Starts a program, and keeps what it says in a file of this name."""
        environment = {
            **os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={SOCKET}", "XDG_RUNTIME_DIR": f"{WORK}/session",
            "XDG_DATA_DIRS": f"{WORK}/page:/usr/share", "PATH": f"{WORK}/bin:{os.environ['PATH']}:/usr/sbin:/sbin"}
        with (WORK / f"{name}.log").open("ab") as log:
            return subprocess.Popen(command, env=environment, stdout=log, stderr=log, stdin=subprocess.DEVNULL)

    def start_bus(self):
        SOCKET.unlink(missing_ok=True)
        self.bus = self.run("bus", "dbus-daemon", f"--config-file={WORK}/bus.conf", "--nofork", "--nopidfile")
        eventually(SOCKET.exists)

    def stop_bus(self):
        self.bus.kill()
        self.bus.wait()

    def start_guard(self):
        self.guard = self.run("guard", WORK / "programs/amtguardd", "--root", ROOT)

    def stop_guard(self):
        self.guard.terminate()
        self.guard.wait()

    def speaker(self, file):
        """A daemon that answers Describe() with the text of this file."""
        return self.run("speaker", os.sys.executable, "-B", pathlib.Path(__file__).with_name("speaker.py"), file)

    def cockpit(self, port, bridge="cockpit-bridge"):
        self.run(f"cockpit-{port}", "/usr/lib/cockpit/cockpit-ws", "--no-tls", "--address=127.0.0.1", f"--port={port}",
                 f"--local-session={bridge}")
        eventually(lambda: f"{port:04X} 00000000:0000 0A" in pathlib.Path("/proc/net/tcp").read_text())

    def configure(self, *lines):
        """These lines below [Guard]."""
        (ROOT / "etc/amtguard.conf").write_text("\n".join(["[Guard]", *lines, ""]))

    def overwrite(self, ports):
        LIST.write_text(f"{ports}\n")
