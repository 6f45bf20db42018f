#!/bin/sh
# Applies what the DHCPv6 server gave, where a test runs udhcpc6: the address and, for the test to read, all the rest.
lease=/run/lease6-$interface
case $1 in
  deconfig)
    rm -f "$lease"
    ;;
  bound | renew)
    [ -z "$ipv6" ] || ip -6 address replace "$ipv6/128" dev "$interface"
    env >"$lease.new"
    mv "$lease.new" "$lease"
    ;;
esac
