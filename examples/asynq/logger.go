package main

import (
	"context"
	"fmt"
	"log/slog"
)

// A logger is an asynq.Logger that writes to slog.
type logger struct{ log *slog.Logger }

func (l logger) write(level slog.Level, args []any) {
	l.log.Log(context.Background(), level, "asynq", "text", fmt.Sprint(args...))
}

// Debug implements asynq.Logger.
func (l logger) Debug(args ...any) { l.write(slog.LevelDebug, args) }

// Info implements asynq.Logger.
func (l logger) Info(args ...any) { l.write(slog.LevelInfo, args) }

// Warn implements asynq.Logger.
func (l logger) Warn(args ...any) { l.write(slog.LevelWarn, args) }

// Error implements asynq.Logger.
func (l logger) Error(args ...any) { l.write(slog.LevelError, args) }

// Fatal implements asynq.Logger. It need not end the program: asynq only calls it when it cannot start.
func (l logger) Fatal(args ...any) { l.write(slog.LevelError, args) }
