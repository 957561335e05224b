#!/bin/sh
# Install: run this once as root on each machine. Then ansible_facts.ansible_local.amtguard.verdict is its verdict.
# The fact is amtguard's state file itself. If no guard has run since the boot, it is missing, and Ansible skips the fact.
install -d "${1:-}/etc/ansible/facts.d"
ln -sfn /run/amtguard/state.json "${1:-}/etc/ansible/facts.d/amtguard.fact"
