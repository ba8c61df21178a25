package batch_test

import (
	"os"
	"testing"

	"github.com/musicchartsai/acrcloud-go/internal/leftover"
)

func TestMain(m *testing.M) { os.Exit(leftover.Run(m)) }
