package webhook

import (
	"log/slog"
	"net/http"
)

// LogTo returns an observer for [WithObserver] that writes each delivery to l: at level info what went as it should, health checks at
// debug, refusals and dropped events at warn, and what this side failed to do at error. With a nil logger it writes nothing.
func LogTo(l *slog.Logger) func(Delivery) {
	if l == nil {
		return func(Delivery) {}
	}
	return func(d Delivery) {
		l.LogAttrs(d.Context(), d.level(), "acrcloud callback", d.attrs()...)
	}
}

func (d Delivery) level() slog.Level {
	switch status := d.Reason.status(); {
	case d.Reason == ReasonHealth:
		return slog.LevelDebug
	case status >= http.StatusInternalServerError:
		return slog.LevelError
	case status >= http.StatusBadRequest, d.Reason == ReasonContainer, d.Reason == ReasonNotFound, d.Err != nil:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}
