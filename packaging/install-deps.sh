#!/bin/sh
# Installs the Debian packages that building, testing and the lab need. Quick when nothing is missing.
# Services that come with them are not started.
set -eu

build="g++ cmake ninja-build ccache pkgconf make git clang-14 clang-format clang-tidy-14 libclang-rt-14-dev
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev libboost-system1.81-dev libssl-dev libfmt-dev libspdlog-dev
  libcli11-dev libtomlplusplus-dev libexpected-dev libnl-3-dev libnl-route-3-dev libgtest-dev libgmock-dev
  libbenchmark-dev"
lab="openvswitch-switch containerd runc containernetworking-plugins qemu-system-x86 linux-image-cloud-amd64 busybox-static
  cpio bzip2 kmod iproute2 iptables procps util-linux ethtool tcpdump iputils-ping isc-dhcp-client python3
  python3-openstackclient"
tests="python3-pytest python3-scapy udhcpc dhcpcd-base dnsmasq-base ndisc6 systemd"

wanted="$build $lab $tests"
# shellcheck disable=SC2086  # a list of words
installed=$(dpkg-query -W -f '${Package} ${db:Status-Status}\n' $wanted 2>/dev/null | sed -n 's/ installed$//p')
missing=
for package in $wanted; do
  case "
$installed
" in
  *"
$package
"*) ;;
  *) missing="$missing $package" ;;
  esac
done
[ -n "$missing" ] || exit 0

if [ "$(id -u)" -ne 0 ]; then
  echo "install-deps: these packages are missing, and only root may install them:$missing" >&2
  exit 1
fi
echo "installing:$missing" >&2

policy=/usr/sbin/policy-rc.d
saved=
if [ -e $policy ]; then
  saved=$(mktemp "$policy.XXXXXX")
  cp -p $policy "$saved"
fi
restore() {
  if [ -n "$saved" ]; then mv "$saved" $policy; else rm -f $policy; fi
}
trap restore EXIT
trap 'exit 1' INT TERM
printf '#!/bin/sh\nexit 101\n' >$policy
chmod 755 $policy

export DEBIAN_FRONTEND=noninteractive
apt-get update -q >&2
# shellcheck disable=SC2086  # a list of words
apt-get install -y -q --no-install-recommends $missing >&2
