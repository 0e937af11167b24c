package goddard

import (
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"

	"goddard/internal/vfs"
)

// addressesFile says, in the data directory, where a server listens.
const addressesFile = "addresses.json"

func (a Addresses) json() []byte {
	b, err := json.Marshal(a)
	if err != nil {
		panic(err) // texts and a number
	}
	return append(b, '\n')
}

// holder says who uses the data directory, as far as is known.
func (s *Server) holder() string {
	b, err := vfs.ReadFile(s.o.FS, filepath.Join(s.config.Data, addressesFile))
	var a Addresses
	if err != nil || json.Unmarshal(b, &a) != nil {
		return ""
	}
	return fmt.Sprintf(" (process %d, name server %s)", a.PID, a.NameServer)
}

// advertise decides which address clients are told for the broker, and says
// so where it cannot work.
func (s *Server) advertise(local netip.AddrPort) (netip.AddrPort, error) {
	if told := s.config.Broker.IP; told != "" {
		if ap, err := netip.ParseAddrPort(told); err == nil {
			return ap, nil
		}
		addr, err := netip.ParseAddr(told)
		if err != nil {
			return netip.AddrPort{}, fmt.Errorf("broker.brokerIP1 (GODDARD_ADVERTISE): %q is neither an IP address nor ip:port", told)
		}
		return netip.AddrPortFrom(addr, local.Port()), nil
	}
	addr := local.Addr().Unmap()
	if addr.IsUnspecified() {
		addr = firstAddress(addr)
	}
	if addr.IsLoopback() && inContainer() {
		s.logger.Warn("clients outside of this container are told a loopback address and will not reach the broker: set GODDARD_ADVERTISE to the address of the host", "address", addr)
	}
	return netip.AddrPortFrom(addr, local.Port()), nil
}

// firstAddress returns the first address of this machine that others can
// reach, or the loopback one.
func firstAddress(unspecified netip.Addr) netip.Addr {
	addrs, err := net.InterfaceAddrs()
	if err != nil {
		addrs = nil
	}
	for _, a := range addrs {
		prefix, err := netip.ParsePrefix(a.String())
		if addr := prefix.Addr(); err == nil && addr.IsGlobalUnicast() && (addr.Is4() || unspecified.Is6()) {
			return addr
		}
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

// inContainer reports whether this process seems to run in a container.
func inContainer() bool {
	for _, mark := range []string{"/.dockerenv", "/run/.containerenv"} {
		if _, err := os.Stat(mark); err == nil {
			return true
		}
	}
	return false
}
