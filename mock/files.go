package mock

import (
	"net/http"
	"slices"
	"strings"
)

func fileRoutes() []route {
	return []route{
		{OpPresign, http.MethodGet, "/api/fs-containers/{container}/presigned-upload", fileScanning, true, (*Server).presign},
		{OpListFiles, http.MethodGet, "/api/fs-containers/{container}/files", fileScanning, true, (*Server).listFiles},
		{OpCreateFile, http.MethodPost, "/api/fs-containers/{container}/files", fileScanning, true, (*Server).createFile},
		{OpGetFile, http.MethodGet, "/api/fs-containers/{container}/files/{files}", fileScanning, true, (*Server).getFiles},
		{OpDeleteFile, http.MethodDelete, "/api/fs-containers/{container}/files/{files}", fileScanning, true, (*Server).deleteFiles},
		{OpRescanFile, http.MethodPut, "/api/fs-containers/{container}/files/{files}/rescan", fileScanning, true, (*Server).rescanFiles},
	}
}

func (s *Server) listFiles(q *request) *response {
	return s.withContainer(q, func(c *container) *response {
		query := q.URL.Query()
		s.settleDue(c)
		files := c.matching(query.Get("state"), query.Get("search"), s.now().Add(-s.listLag).UnixNano())
		withResults := query.Get("with_result") == "1"
		return paged(q.Request, len(files), func(i int) any {
			return files[len(files)-1-i].json(withResults) // the newest first
		})
	})
}

// eachFile runs do for the files of a comma-separated list, if all exist. What the service does if only some exist is
// not known. Blanks after commas are accepted.
func (s *Server) eachFile(q *request, do func(c *container, files []*file) *response) *response {
	return s.withContainer(q, func(c *container) *response {
		var files []*file
		for id := range strings.SplitSeq(q.PathValue("files"), ",") {
			f := c.byID[strings.TrimSpace(id)]
			if f == nil {
				return message(http.StatusNotFound, "Not Found")
			}
			if !slices.Contains(files, f) {
				files = append(files, f)
			}
		}
		return do(c, files)
	})
}

func (s *Server) getFiles(q *request) *response {
	return s.eachFile(q, func(_ *container, files []*file) *response {
		rows := make([]any, 0, len(files))
		for _, f := range files {
			s.settle(f)
			rows = append(rows, f.json(true))
		}
		return data(http.StatusOK, rows)
	})
}

func (s *Server) deleteFiles(q *request) *response {
	return s.eachFile(q, func(c *container, files []*file) *response {
		for _, f := range files {
			delete(s.files, f.id)
			s.forgotten(f)
			c.remove(f)
		}
		return nothing()
	})
}

// rescanFiles processes files again.
func (s *Server) rescanFiles(q *request) *response {
	return s.eachFile(q, func(_ *container, files []*file) *response {
		rows := make([]any, 0, len(files))
		for _, f := range files {
			f.updated = s.now().UnixNano()
			f.rule = s.ruleFor(f.container, f)
			s.process(f)
			f.keepForLater()
			rows = append(rows, f.json(false))
		}
		return data(http.StatusOK, rows)
	})
}
