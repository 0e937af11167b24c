package routes

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"goddard/internal/mq"
	"goddard/internal/nameserver"
	"goddard/internal/remoting"
)

// updateConfig serves UPDATE_NAMESRV_CONFIG: lines key=value of the settings
// that settings.go lists, all of them or none, until the next start. The
// answer is 16 for a setting that is fixed, 29 for a value that is neither
// true nor false, 1 for a body that is no list of settings. A setting that
// has no meaning here is let pass, as RocketMQ's own are for its tools, and
// the remark says so. Called by operators.
func updateConfig(r *request) (remoting.Response, error) {
	lines, err := parseProperties(r.Body)
	if err != nil {
		return remoting.Response{}, err
	}
	changes := map[string]bool{}
	var ignored []string
	for _, l := range lines {
		switch {
		case fixed[l.key]:
			return remoting.Response{}, mq.Errorf(mq.CodeNoPermission, "setting %s cannot be changed while the name server runs: change its configuration and start it again", l.key)
		case changeable[l.key] == nil:
			ignored = append(ignored, l.key)
			continue
		}
		on, err := strconv.ParseBool(l.value)
		if err != nil {
			return remoting.Response{}, mq.Errorf(mq.CodeInvalidArgument, "setting %s: %q is neither true nor false", l.key, l.value)
		}
		changes[l.key] = on
	}
	r.h.ns.Configure(func(s *nameserver.Settings) {
		for key, on := range changes {
			*changeable[key](s) = on
		}
	})
	for key, on := range changes {
		r.h.logger.Info("setting changed until the next start", "key", key, "value", on, "client", r.conn.RemoteAddr())
	}
	if len(ignored) > 0 {
		return remoting.Response{Remark: "without effect here: " + strings.Join(ignored, ", ")}, nil
	}
	return remoting.Response{}, nil
}

// A property is a line key=value.
type property struct{ key, value string }

// parseProperties reads lines key=value; empty ones and comments are skipped.
func parseProperties(b []byte) ([]property, error) {
	if !utf8.Valid(b) {
		return nil, mq.Errorf(mq.CodeInternal, "the settings are no UTF-8 text")
	}
	var all []property
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == '!' {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		key = strings.TrimSpace(key)
		if !ok || key == "" {
			return nil, mq.Errorf(mq.CodeInternal, "%q is no setting: want key=value", line)
		}
		all = append(all, property{key, strings.TrimSpace(value)})
	}
	return all, nil
}
