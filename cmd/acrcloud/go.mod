module github.com/musicchartsai/acrcloud-go/cmd/acrcloud

go 1.26.0

require (
	github.com/musicchartsai/acrcloud-go v0.1.0
	github.com/schollz/progressbar/v3 v3.19.1
	github.com/spf13/cobra v1.10.2
	github.com/spf13/pflag v1.0.10
	github.com/stretchr/testify v1.12.1
	golang.org/x/term v0.48.0
)

require github.com/creack/pty v1.1.24 // indirect

replace github.com/musicchartsai/acrcloud-go => ../..
