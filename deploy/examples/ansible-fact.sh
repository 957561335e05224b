#!/bin/sh
# Install: run this once as root on each machine. Then ansible_facts.ansible_local.amtguard.verdict is its verdict.
# The fact is amtguard's state file itself, which is not there while no guard ran since the boot: Ansible passes over it.
install -d "${1:-}/etc/ansible/facts.d"
ln -sfn /run/amtguard/state.json "${1:-}/etc/ansible/facts.d/amtguard.fact"
