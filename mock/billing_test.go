package mock_test

import (
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/assert"
)

// What the official tool sends for bills and prices.
func TestBillingCalls(t *testing.T) {
	t.Parallel()
	bill := func(id, begin, end string, state int) string {
		return fmt.Sprintf(`{"id":%s,"uid":«uid»,"charge_type":"Monthly","amount":"12.50","credit":0,"bill_begin":"%s","bill_end":"%s","state":%d,"payment_method":"card",`+
			`"created_at":"%s 00:00:00","updated_at":"%s 00:00:00"}`, id, begin, end, state, begin, begin)
	}
	december, november := bill("199912", "1999-12-01", "1999-12-31", 1), bill("199911", "1999-11-01", "1999-11-30", 1)
	exchanges(t, []exchange{
		{"GET /api/billing/current-bill", "", 200, `{"data":` + bill("200001", "2000-01-01", "2000-01-31", 0) + `}`, ""},
		{"GET /api/billing/next-bill-date?uid=«uid»", "", 200, `{"next_bill_date":"2000-02-01","left_days":31}`, ""},
		{"GET /api/billing/invoices?per_page=2", "", 200, `{"data":[` + december + `,` + november + `],"total":3,"current_page":1,"last_page":2}`, ""},
		{"GET /api/billing/invoices?per_page=1&page=2", "", 200, `{"data":[` + november + `],"total":3,"current_page":2,"last_page":3}`, ""},
		{"GET /api/billing/invoices?uid=1", "", 403, `{"message":"Forbidden"}`, ""},
		{"GET /api/billing/invoices/«uid»-1/download", "", 404, `{"message":"Not Found"}`, ""},
		{"GET /api/prices?service_types=FS,AVR", "", 200, `{"data":[{"id":1,"uid":0,"service_type":"AVR","state":1,"prices":{"base":3}},` +
			`{"id":3,"uid":0,"service_type":"FS","state":1,"prices":{"base":5}}],"discount":null}`, ""},
		{"GET /api/prices?type=Latest", "", 200, "...", ""},
	}, nil)
}

func TestInvoiceDownload(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t)
		id := claims(t, w.srv.Config().BearerToken).Sub + "-199912"
		r := w.send("GET", mainHost+"/api/billing/invoices/"+id+"/download", nil)
		assert.Equal(t, 200, r.status)
		assert.Equal(t, "application/pdf", r.header.Get("Content-Type"))
		assert.Equal(t, "%PDF-", string(r.body[:5]))
	})
}
