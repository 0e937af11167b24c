package goddard

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"syscall"

	"goddard/internal/config"
)

// Distances of the broker's other ports from its main one.
const (
	reducedPort     = -2
	replicationPort = +1
)

// listen listens for a role.
func (s *Server) listen(ctx context.Context, section string, c config.Listener, port int) (net.Listener, error) {
	addr, err := netip.ParseAddr(c.BindAddress)
	if err != nil {
		return nil, fmt.Errorf("%s.bindAddress: %q is no IP address", section, c.BindAddress)
	}
	if !addr.IsLoopback() {
		if !c.AllowUnauthenticated {
			return nil, fmt.Errorf("%s.bindAddress: %s can be reached by others, and there is no login yet: set %s.allowUnauthenticated=true if everybody who can connect may do everything", section, addr, section)
		}
		s.logger.Warn("everybody who can connect may do everything: there is no login", "role", section, "address", addr)
	}
	l, err := s.o.Network.Listen(ctx, net.JoinHostPort(c.BindAddress, strconv.Itoa(port)))
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("port %d of %s is in use: stop what listens there, or set %s.listenPort (0 takes a free one)", port, c.BindAddress, section)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", section, err)
	}
	return l, nil
}

// portTries is how often a free port is tried whose neighbours must be free,
// too.
const portTries = 50

// listenBroker listens on the broker's ports: the main one, and the reduced
// one that some clients use for sending. The port of replication must be free.
func (s *Server) listenBroker(ctx context.Context) (main, reduced net.Listener, err error) {
	c := s.config.Broker.Listener
	for range portTries {
		main, err = s.listen(ctx, "broker", c, c.ListenPort)
		if err != nil {
			return nil, nil, err
		}
		port := int(netip.MustParseAddrPort(main.Addr().String()).Port())
		if reduced, err = s.listen(ctx, "broker", c, port+reducedPort); err == nil {
			var replication net.Listener
			if replication, err = s.listen(ctx, "broker", c, port+replicationPort); err == nil {
				return main, reduced, replication.Close() // nothing listens there yet
			}
			err = errors.Join(err, reduced.Close())
		}
		err = errors.Join(err, main.Close())
		if c.ListenPort != 0 {
			break
		}
	}
	return nil, nil, err
}
