package control

import (
	"net/http"
	"slices"
	"strings"
)

// A route is a path with a method. {name} in a pattern stands for one segment.
type route struct {
	method, pattern string
	handle          func(*Handler, http.ResponseWriter, *http.Request)
}

// routes returns all routes. openapi.json describes them.
func routes() []route {
	return []route{
		{"GET", "/_mock/", (*Handler).dashboard},
		{"GET", "/_mock/openapi.json", (*Handler).openapi},
		{"GET", "/_mock/health", func(_ *Handler, w http.ResponseWriter, r *http.Request) { Health(w, r) }},
		{"GET", "/_mock/status", (*Handler).status},
		{"GET", "/_mock/containers", (*Handler).listContainers},
		{"GET", "/_mock/files", (*Handler).listFiles},
		{"GET", "/_mock/files/{file}", (*Handler).getFile},
		{"GET", "/_mock/files/{file}/report", (*Handler).report},
		{"POST", "/_mock/files/{file}/complete", (*Handler).completeFile},
		{"POST", "/_mock/files/{file}/redeliver", (*Handler).redeliver},
		{"POST", "/_mock/complete", (*Handler).completeAll},
		{"GET", "/_mock/tracks", (*Handler).listTracks},
		{"POST", "/_mock/tracks", (*Handler).addTrack},
		{"GET", "/_mock/tracks/{acrid}/audio", (*Handler).trackAudio},
		{"GET", "/_mock/outcomes", (*Handler).listOutcomes},
		{"POST", "/_mock/outcomes", (*Handler).addOutcome},
		{"DELETE", "/_mock/outcomes", (*Handler).removeOutcomes},
		{"DELETE", "/_mock/outcomes/{id}", (*Handler).removeOutcome},
		{"GET", "/_mock/faults", (*Handler).listFaults},
		{"POST", "/_mock/faults", (*Handler).addFault},
		{"DELETE", "/_mock/faults", (*Handler).removeFaults},
		{"DELETE", "/_mock/faults/{id}", (*Handler).removeFault},
		{"GET", "/_mock/callback-faults", (*Handler).listCallbackFaults},
		{"POST", "/_mock/callback-faults", (*Handler).addCallbackFault},
		{"DELETE", "/_mock/callback-faults", (*Handler).removeCallbackFaults},
		{"DELETE", "/_mock/callback-faults/{id}", (*Handler).removeCallbackFault},
		{"GET", "/_mock/requests", (*Handler).listRequests},
		{"GET", "/_mock/requests/{number}", (*Handler).getRequest},
		{"GET", "/_mock/deliveries", (*Handler).listDeliveries},
		{"GET", "/_mock/clock", (*Handler).clock},
		{"POST", "/_mock/clock", (*Handler).advance},
		{"POST", "/_mock/reset", (*Handler).reset},
	}
}

// find returns the route of a request, or the methods of its path.
func (h *Handler) find(r *http.Request) (found *route, methods []string) {
	for i := range h.routes {
		one := &h.routes[i]
		values, ok := match(one.pattern, r.URL.Path)
		if !ok {
			continue
		}
		if one.method == r.Method || (one.method == http.MethodGet && r.Method == http.MethodHead) {
			for name, value := range values {
				r.SetPathValue(name, value)
			}
			return one, nil
		}
		methods = append(methods, one.method)
	}
	slices.Sort(methods)
	return nil, methods
}

func match(pattern, path string) (values map[string]string, ok bool) {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	if len(want) != len(have) {
		return nil, false
	}
	for i, segment := range want {
		switch {
		case strings.HasPrefix(segment, "{") && have[i] != "":
			if values == nil {
				values = map[string]string{}
			}
			values[strings.Trim(segment, "{}")] = have[i]
		case segment != have[i]:
			return nil, false
		}
	}
	return values, true
}
