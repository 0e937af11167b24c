package routes

import (
	"fmt"
	"maps"
	"slices"

	"goddard/internal/remoting"
)

// getConfig serves GET_NAMESRV_CONFIG: a line key=value for each setting, by
// key. Called by operators.
func getConfig(r *request) (remoting.Response, error) {
	all := r.h.settings()
	var body []byte
	for _, key := range slices.Sorted(maps.Keys(all)) {
		body = fmt.Appendf(body, "%s=%s\n", key, all[key])
	}
	return remoting.Response{Body: body}, nil
}
