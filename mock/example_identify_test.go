package mock_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/identify"
	"github.com/musicchartsai/acrcloud-go/mock"
)

func ExampleServer_OnIdentify() {
	srv := mock.New()
	srv.OnIdentify(func(mock.Identification) mock.IdentifyOutcome {
		return mock.IdentifyOutcome{Metadata: []byte(`{"custom_streams":[{"title":"Our channel","result_type":"live","score":82}]}`)}
	})
	client, err := identify.New(srv.Config(), srv.Options()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	result, err := client.Identify(context.Background(), identify.Fingerprint([]byte("anything")))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(result.CustomStreams[0].Title)
	// Output: Our channel
}

func ExampleIdentifyFault() {
	srv := mock.New()
	srv.Inject(mock.IdentifyFault(3003))
	client, err := identify.New(srv.Config(), srv.Options()...)
	if err != nil {
		fmt.Println(err)
		return
	}
	_, err = client.Identify(context.Background(), identify.Fingerprint([]byte("anything")))
	fmt.Println(errors.Is(err, acrcloud.ErrQuotaExceeded))
	// Output: true
}
