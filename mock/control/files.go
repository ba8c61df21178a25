package control

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/musicchartsai/acrcloud-go/mock"
)

// status returns the number of objects of each kind.
func (h *Handler) status(w http.ResponseWriter, _ *http.Request) {
	counts := map[string]int{"containers": 0, "files": 0, "in_process": 0, "tracks": len(h.srv.Tracks())}
	for _, c := range h.srv.Containers() {
		counts["containers"]++
		counts["files"] += c.Files
		counts["in_process"] += c.States[0]
	}
	counts["requests"], counts["deliveries"] = len(h.srv.Requests()), len(h.srv.Deliveries())
	h.mu.Lock()
	counts["outcomes"], counts["faults"], counts["callback_faults"] = len(h.outcomes), len(h.faults), len(h.callbacks)
	h.mu.Unlock()
	respond(w, http.StatusOK, map[string]any{"time": h.srv.Now().UTC(), "counts": counts, "reports": h.opts.Report != nil})
}

func (h *Handler) listContainers(w http.ResponseWriter, r *http.Request) {
	p, failed := paging(r)
	if failed != nil {
		failed.write(w)
		return
	}
	respond(w, http.StatusOK, cut(h.srv.Containers(), p))
}

func (h *Handler) listFiles(w http.ResponseWriter, r *http.Request) {
	p, failed := paging(r)
	q := mock.FileQuery{Search: r.URL.Query().Get("search"), Offset: p.offset, Limit: p.limit}
	if failed == nil {
		var id int64
		id, failed = number(r, "container", 0, 0, 1<<53)
		q.ContainerID = int(id)
	}
	if text := r.URL.Query().Get("state"); failed == nil && text != "" {
		var n int64
		n, failed = number(r, "state", 0, -1000, 1000)
		q.State = new(int(n))
	}
	if failed != nil {
		failed.write(w)
		return
	}
	files, total := h.srv.Files(q)
	respond(w, http.StatusOK, list[mock.File]{files, total})
}

// file returns a file as the service returns it, or sends a 404.
func (h *Handler) file(w http.ResponseWriter, r *http.Request) (json.RawMessage, bool) {
	file, err := h.srv.FileJSON(r.PathValue("file"))
	if err != nil {
		noFile().write(w)
	}
	return file, err == nil
}

func noFile() *failure {
	return problem(http.StatusNotFound, "file", "this file does not exist", "see "+Path+"files")
}

func (h *Handler) getFile(w http.ResponseWriter, r *http.Request) {
	if file, ok := h.file(w, r); ok {
		respond(w, http.StatusOK, file)
	}
}

// report sends a page about a file. Only the dashboard may frame it.
func (h *Handler) report(w http.ResponseWriter, r *http.Request) {
	file, ok := h.file(w, r)
	if !ok {
		return
	}
	if h.opts.Report == nil {
		problem(http.StatusNotFound, "", "this server has no reports", "get the file itself").write(w)
		return
	}
	var page bytes.Buffer
	if err := h.opts.Report(&page, file); err != nil {
		problem(http.StatusInternalServerError, "", "cannot create a report of this file: "+err.Error(), "get the file itself").write(w)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "frame-ancestors 'self'")
	_, _ = w.Write(page.Bytes()) // an error means that the client has gone
}

func (h *Handler) completeFile(w http.ResponseWriter, r *http.Request) {
	if h.srv.Complete(r.PathValue("file")) != nil {
		noFile().write(w)
		return
	}
	h.getFile(w, r)
}

// completeAll ends the processing of all files.
func (h *Handler) completeAll(w http.ResponseWriter, _ *http.Request) {
	files, total := h.srv.Files(mock.FileQuery{State: new(0)})
	for _, f := range files {
		if h.srv.Complete(f.ID) != nil {
			total-- // it has just been deleted
		}
	}
	respond(w, http.StatusOK, map[string]int{"completed": total})
}

// redeliver sends a file's callback again, and returns the response.
func (h *Handler) redeliver(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("file")
	if _, ok := h.file(w, r); !ok {
		return
	}
	before := int64(0)
	for _, d := range h.srv.Deliveries() {
		before = d.Number
	}
	err := h.srv.Redeliver(id)
	deliveries := h.srv.Deliveries()
	for i := len(deliveries) - 1; i >= 0 && deliveries[i].Number > before; i-- {
		if deliveries[i].FileID == id {
			respond(w, http.StatusOK, deliveries[i])
			return
		}
	}
	message := "the callback was not sent"
	if err != nil {
		message = err.Error()
	}
	problem(http.StatusConflict, "file", message, "complete the file, and set the callback_url of its container").write(w)
}

// clock returns the server's time.
func (h *Handler) clock(w http.ResponseWriter, _ *http.Request) {
	now := h.srv.Now()
	respond(w, http.StatusOK, map[string]any{"time": now.UTC(), "ahead": time.Until(now).Round(time.Millisecond).Seconds()})
}

// advance moves the clock forward.
func (h *Handler) advance(w http.ResponseWriter, r *http.Request) {
	body, failed := read(w, r)
	if failed != nil {
		failed.write(w)
		return
	}
	d, err := parseAdvance(body)
	if err != nil {
		invalid(err).write(w)
		return
	}
	h.srv.Advance(d)
	h.clock(w, r)
}

// reset restores the state after the start.
func (h *Handler) reset(w http.ResponseWriter, _ *http.Request) {
	h.resetting.Lock() // or what is there at the start would be there twice
	defer h.resetting.Unlock()
	h.mu.Lock()
	h.outcomes, h.faults, h.callbacks = nil, nil, nil
	h.mu.Unlock()
	h.srv.Reset()
	if err := h.begin(); err != nil {
		invalid(err).write(w)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// requestNumber returns the number in a path.
func requestNumber(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PathValue("number"), 10, 64)
	if err != nil {
		return -1
	}
	return n
}
