package control

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/musicchartsai/acrcloud-go/mock/scenario"
)

// An entry is the JSON form of an injected object in lists.
type entry struct {
	ID   int             `json:"id"`
	What json.RawMessage `json:"what"`
}

func (h *Handler) listInjected(w http.ResponseWriter, r *http.Request, from *[]injected) {
	p, failed := paging(r)
	if failed != nil {
		failed.write(w)
		return
	}
	h.mu.Lock()
	entries := make([]entry, 0, len(*from))
	for _, i := range *from {
		entries = append(entries, entry{i.id, i.text})
	}
	h.mu.Unlock()
	respond(w, http.StatusOK, cut(entries, p))
}

// inject reads an object and injects it.
func (h *Handler) inject(w http.ResponseWriter, r *http.Request, to *[]injected, do func(body []byte) (remove func(), err error)) {
	body, failed := read(w, r)
	if failed != nil {
		failed.write(w)
		return
	}
	remove, err := do(body)
	if err != nil {
		invalid(err).write(w)
		return
	}
	added := h.keep(to, body, remove)
	respond(w, http.StatusCreated, entry{added.id, added.text})
}

// remove removes one object, or all if id is 0.
func (h *Handler) remove(w http.ResponseWriter, from *[]injected, id int) {
	h.mu.Lock()
	var gone []injected
	*from = slices.DeleteFunc(slices.Clone(*from), func(i injected) bool {
		if id != 0 && i.id != id {
			return false
		}
		gone = append(gone, i)
		return true
	})
	h.mu.Unlock()
	for _, i := range gone {
		i.remove()
	}
	if id != 0 && len(gone) == 0 {
		problem(http.StatusNotFound, "id", "this id does not exist", "list the ids first").write(w)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// injectedID returns the id in a path, or one that does not exist.
func injectedID(r *http.Request) int {
	id, err := strconv.Atoi(r.PathValue("id"))
	if err != nil || id <= 0 {
		return -1
	}
	return id
}

func (h *Handler) listOutcomes(w http.ResponseWriter, r *http.Request) {
	h.listInjected(w, r, &h.outcomes)
}

func (h *Handler) addOutcome(w http.ResponseWriter, r *http.Request) {
	h.inject(w, r, &h.outcomes, func(body []byte) (func(), error) {
		f, err := scenario.ParseFile(body)
		if err != nil {
			return nil, err
		}
		rule, problem := f.Rule(h.srv)
		if problem != nil {
			return nil, &scenario.Error{Problems: []scenario.Problem{*problem}}
		}
		return h.srv.AddRule(rule)
	})
}

func (h *Handler) removeOutcomes(w http.ResponseWriter, _ *http.Request) { h.remove(w, &h.outcomes, 0) }

func (h *Handler) removeOutcome(w http.ResponseWriter, r *http.Request) {
	h.remove(w, &h.outcomes, injectedID(r))
}

func (h *Handler) listFaults(w http.ResponseWriter, r *http.Request) { h.listInjected(w, r, &h.faults) }

func (h *Handler) addFault(w http.ResponseWriter, r *http.Request) {
	h.inject(w, r, &h.faults, func(body []byte) (func(), error) {
		f, err := scenario.ParseFault(body)
		if err != nil {
			return nil, err
		}
		return h.srv.Inject(f), nil
	})
}

func (h *Handler) removeFaults(w http.ResponseWriter, _ *http.Request) { h.remove(w, &h.faults, 0) }

func (h *Handler) removeFault(w http.ResponseWriter, r *http.Request) {
	h.remove(w, &h.faults, injectedID(r))
}

func (h *Handler) listCallbackFaults(w http.ResponseWriter, r *http.Request) {
	h.listInjected(w, r, &h.callbacks)
}

func (h *Handler) addCallbackFault(w http.ResponseWriter, r *http.Request) {
	h.inject(w, r, &h.callbacks, func(body []byte) (func(), error) {
		f, err := scenario.ParseCallback(body)
		if err != nil {
			return nil, err
		}
		return h.srv.InjectCallback(f), nil
	})
}

func (h *Handler) removeCallbackFaults(w http.ResponseWriter, _ *http.Request) {
	h.remove(w, &h.callbacks, 0)
}

func (h *Handler) removeCallbackFault(w http.ResponseWriter, r *http.Request) {
	h.remove(w, &h.callbacks, injectedID(r))
}

// parseAdvance reads how far to advance the clock.
func parseAdvance(body []byte) (time.Duration, error) { return scenario.ParseAdvance(body) }
