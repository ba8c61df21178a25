package identify

import (
	"context"
	"errors"
	"fmt"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	"github.com/musicchartsai/acrcloud-go/internal/transport"
)

// The names of the checks of [Client.Check].
const (
	checkHost        = "host"
	checkCredentials = "credentials"
	checkLimits      = "limits"
)

// Check checks whether the host, the access key and the access secret belong together. It identifies an empty sample: POST
// /v1/identify. The service checks credentials before it reads the sample. It is believed not to bill a request without a sample, but this
// is not documented.
//
// The Diagnosis has three checks: "host", whether the identification service responds there; "credentials", which failed for the codes
// 3001 and 3014; and "limits", which failed where the quota is used up (3003, 3013) and is a warning for too many requests per second
// (3015). A check that the response does not decide is a warning or skipped. The request is retried as [Client.Identify] is. The error is about the call itself: ctx has ended, or the Client was not
// made by [New].
func (c *Client) Check(ctx context.Context) (*acrcloud.Diagnosis, error) {
	if err := c.usable(); err != nil {
		return nil, err
	}
	f := newForm(c, DataAudio, nil)
	f.sample = bytesPart(nil, nil)
	_, err := f.send(ctx, "identify.check")
	if ctx.Err() != nil && err != nil {
		return nil, err
	}
	return c.diagnose(err), nil
}

// diagnose reads what the empty sample has met with.
func (c *Client) diagnose(err error) *acrcloud.Diagnosis {
	e, answered := errors.AsType[*acrcloud.APIError](err)
	if err != nil && (!answered || e.Code == 0) {
		seen, remedy := err.Error(), "check Config.IdentifyHost, and any proxy or firewall in between"
		switch _, odd := errors.AsType[*acrcloud.DecodeError](err); {
		case answered && e.Hint() != "":
			remedy = e.Hint()
		case !answered && !odd:
			seen, remedy = transport.Trouble(err)
		}
		return &acrcloud.Diagnosis{Checks: []acrcloud.Check{
			{Name: checkHost, Outcome: acrcloud.Failed, Seen: seen, Remedy: remedy, Err: err},
			{Name: checkCredentials, Outcome: acrcloud.Skipped, Seen: notChecked}, {Name: checkLimits, Outcome: acrcloud.Skipped, Seen: notChecked},
		}}
	}
	host := acrcloud.Check{Name: checkHost, Outcome: acrcloud.Passed, Seen: c.url}
	credentials := acrcloud.Check{
		Name: checkCredentials, Outcome: acrcloud.Passed,
		Seen: fmt.Sprintf("access key: %s; access secret: %s", c.key.Describe(), c.secret.Describe()),
	}
	limits := acrcloud.Check{Name: checkLimits, Outcome: acrcloud.Passed, Seen: "not used up"}
	switch code := codeOf(e); {
	case errors.Is(err, acrcloud.ErrCredentials):
		credentials.Outcome, credentials.Remedy, credentials.Err = acrcloud.Failed, e.Hint(), err
		credentials.Seen = fmt.Sprintf("code %d: %s; %s", code, e.Message, credentials.Seen)
		limits.Outcome, limits.Seen = acrcloud.Skipped, notChecked
	case errors.Is(err, acrcloud.ErrQuotaExceeded):
		limits = acrcloud.Check{Name: checkLimits, Outcome: acrcloud.Failed, Seen: fmt.Sprintf("code %d: %s", code, e.Message), Remedy: e.Hint(), Err: err}
	case errors.Is(err, acrcloud.ErrRateLimited):
		limits = acrcloud.Check{Name: checkLimits, Outcome: acrcloud.Warned, Seen: fmt.Sprintf("code %d: %s", code, e.Message), Remedy: e.Hint(), Err: err}
	case err == nil, code == 2004, code == 3006: // the service examined the sample, so the credentials were accepted
	default:
		credentials.Outcome, credentials.Err = acrcloud.Warned, err
		credentials.Seen = fmt.Sprintf("code %d: %s, which says nothing about the credentials; %s", code, e.Message, credentials.Seen)
		credentials.Remedy = "check again later"
		limits.Outcome, limits.Seen = acrcloud.Skipped, notChecked
	}
	return &acrcloud.Diagnosis{Checks: []acrcloud.Check{host, credentials, limits}}
}

const notChecked = "not checked"

func codeOf(e *acrcloud.APIError) int {
	if e == nil {
		return 0
	}
	return e.Code
}
