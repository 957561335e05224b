# Install: copy to sos/report/plugins/amtguard.py below Python's dist-packages. sos report -o amtguard tries it alone.
from sos.report.plugins import DebianPlugin, Plugin, RedHatPlugin, UbuntuPlugin


class Amtguard(Plugin, DebianPlugin, UbuntuPlugin, RedHatPlugin):
    """Guard of Intel AMT's ports"""
    short_desc = 'Guard of the ports of Intel AMT'
    plugin_name = 'amtguard'
    profiles = ('network', 'hardware')
    packages = ('amtguard',)
    files = ('/run/amtguard/state.json', '/usr/sbin/amtguardd')
    services = ('amtguardd',)

    def setup(self):
        self.add_copy_spec(['/etc/amtguard.conf', '/etc/amtguard.conf.d', '/run/amtguard/state.json'])
        self.add_cmd_output(['amtguardctl status --json', 'amtguardctl doctor --verbose', 'amtguardctl victims'])
        self.add_journal(units='amtguardd')
