# A NixOS module: imports = [ ./amtguard/packaging/nix/module.nix ]; services.amtguard.enable = true;
#
# You provide the package: programs built by `make release` elsewhere, or a derivation that runs `make install` with
# PREFIX=$out SBINDIR=$out/bin UNITDIR=$out/lib/systemd/system UDEVDIR=$out/lib/udev/rules.d
# DBUSDIR=$out/share/dbus-1/system.d POLKITDIR=$out/share/polkit-1/actions DESTDIR=
# Parsed by nix-instantiate, and not tried on NixOS.
{ config, lib, pkgs, ... }:

let
  cfg = config.services.amtguard;
in
{
  options.services.amtguard = {
    enable = lib.mkEnableOption "the guard of Intel AMT's ports";

    package = lib.mkOption {
      type = lib.types.package;
      description = "The package with amtguardd, amtguardctl, amtguard-firmware and their units.";
    };

    settings = lib.mkOption {
      type = lib.types.attrsOf (lib.types.attrsOf lib.types.str);
      default = { };
      example = { Guard.Mode = "always"; };
      description = "Sections and keys of amtguard.conf(5).";
    };

    metrics = {
      enable = lib.mkEnableOption "writing metrics for node_exporter each minute";
      textfile = lib.mkOption {
        type = lib.types.path;
        default = "/var/lib/prometheus-node-exporter-text-files/amtguard.prom";
        description = "The file, in a directory of root that node_exporter's textfile collector reads.";
      };
    };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    environment.etc."amtguard.conf".text = lib.generators.toINI { } cfg.settings;

    systemd.packages = [ cfg.package ];
    services.dbus.packages = [ cfg.package ];
    services.udev.packages = [ cfg.package ];

    # NixOS takes units from a package, but not what their [Install] says.
    systemd.services.amtguardd.wantedBy = [ "sysinit.target" ];
    systemd.services.amtguardd.restartTriggers = [ config.environment.etc."amtguard.conf".source ];
    systemd.sockets.amtguard-firmware.wantedBy = [ "sockets.target" ];
    systemd.timers.amtguard-metrics.wantedBy = lib.mkIf cfg.metrics.enable [ "timers.target" ];
    systemd.services.amtguard-metrics.serviceConfig = lib.mkIf cfg.metrics.enable {
      Environment = "AMTGUARD_TEXTFILE=${cfg.metrics.textfile}";
      ReadWritePaths = [ "-${builtins.dirOf cfg.metrics.textfile}" ];
    };

    users.users.amtguard = { isSystemUser = true; group = "amtguard"; };
    users.groups.amtguard = { };
    users.users.amtguard-firmware = { isSystemUser = true; group = "amtguard-firmware"; };
    users.groups.amtguard-firmware = { };

    # If the setting were set here, NixOS would write it at each activation, and so remove amtguard's ports.
    assertions = [
      {
        assertion = !(config.boot.kernel.sysctl ? "net.ipv4.ip_local_reserved_ports");
        message = "boot.kernel.sysctl sets net.ipv4.ip_local_reserved_ports and would overwrite amtguard's ports.";
      }
    ];
  };
}
