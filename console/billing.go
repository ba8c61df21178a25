package console

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"strconv"
	"strings"

	"github.com/musicchartsai/acrcloud-go/acrcloud"
	core "github.com/musicchartsai/acrcloud-go/internal/console"
)

// Billing has the account's bills and prices. These calls are known from the official command line tool only.
type Billing struct{ g group }

// A Bill is a bill or an invoice.
//
// Decoding is as tolerant as that of [acrcloud.Music].
type Bill struct {
	ID            int       `json:"id"`
	AccountID     int       `json:"uid,omitzero"`
	ChargeType    string    `json:"charge_type,omitzero"`
	Amount        string    `json:"amount,omitzero"` // a decimal number, without its currency
	Credit        string    `json:"credit,omitzero"` // a decimal number
	Begin         string    `json:"bill_begin,omitzero"`
	End           string    `json:"bill_end,omitzero"`
	State         BillState `json:"state"`
	PaymentMethod string    `json:"payment_method,omitzero"`
	CreatedAt     string    `json:"created_at,omitzero"`
	UpdatedAt     string    `json:"updated_at,omitzero"`

	// Extra has the members that are not listed above, and those whose value could not be read.
	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"`
}

// A BillState is the state of a bill.
type BillState int

// The states.
const (
	BillPending   BillState = 0
	BillPaid      BillState = 1
	BillCancelled BillState = 2
)

// String returns the state in words, such as "paid" or "state 3".
func (s BillState) String() string {
	switch s {
	case BillPending:
		return "pending"
	case BillPaid:
		return "paid"
	case BillCancelled:
		return "cancelled"
	}
	return "state " + strconv.Itoa(int(s))
}

// A NextBill says when the next bill is due.
type NextBill struct {
	Date     string `json:"next_bill_date"`
	LeftDays int    `json:"left_days"`

	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"` // other members, and unreadable ones
}

// A Price is the price of a service. The values are decimal numbers.
type Price struct {
	ID          int               `json:"id"`
	AccountID   int               `json:"uid,omitzero"` // 0 in prices that are not the account's own
	ServiceType string            `json:"service_type,omitzero"`
	State       int               `json:"state,omitzero"`
	Prices      map[string]string `json:"prices,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline"` // other members, and unreadable ones
}

// Prices are the prices of services, and the account's discount on them.
type Prices struct {
	Items    []Price           `json:"data"`
	Discount map[string]string `json:"discount,omitzero"`

	Extra map[string]json.RawMessage `json:",embed,inline" lenient:"document"` // other members, and unreadable ones
}

// PricesOptions select prices. The zero value selects the latest prices of all services.
type PricesOptions struct {
	Type         string   // "Latest", the default, "Standard" or "All"
	ServiceTypes []string // only the prices of these
	AccountID    int      // another account's id, for administrators
}

// CurrentBill returns the current bill. Administrators may pass the id of another account; 0 is the token's own. If
// there is no bill, the error matches [acrcloud.ErrNotFound]. It calls GET /api/billing/current-bill. It is retried.
func (b *Billing) CurrentBill(ctx context.Context, accountID int) (*Bill, error) {
	q, err := ofAccount(accountID)
	if err != nil {
		return nil, err
	}
	return one(ctx, b.group(), action{op: "billing.current", path: "/billing/current-bill", query: q}, func(b *Bill) bool { return b.ID > 0 }, core.NotFound("bill"))
}

// NextBill returns when the next bill is due. Administrators may pass the id of another account; 0 is the token's own.
// It calls GET /api/billing/next-bill-date. It is retried.
func (b *Billing) NextBill(ctx context.Context, accountID int) (*NextBill, error) {
	q, err := ofAccount(accountID)
	if err != nil {
		return nil, err
	}
	return one(ctx, b.group(), action{op: "billing.next", path: "/billing/next-bill-date", query: q}, func(n *NextBill) bool { return n.Date != "" }, nil)
}

// Invoices iterates over all invoices, page by page. Administrators may pass the id of another account; 0 is the
// token's own. It calls GET /api/billing/invoices. It is retried. An error is yielded last and ends the iteration.
func (b *Billing) Invoices(ctx context.Context, accountID int) iter.Seq2[*Bill, error] {
	return all(ctx, 0, 0, func(ctx context.Context, number, perPage int) (*Page[Bill], error) {
		if _, err := ofAccount(accountID); err != nil {
			return nil, err
		}
		return page[Bill](ctx, b.group(), number, perPage, action{op: "billing.invoices", path: "/billing/invoices"}, func(q core.Query) core.Query {
			return q.Number("uid", accountID)
		})
	}, func(b *Bill) int { return b.ID })
}

// DownloadInvoice writes the PDF of an invoice to w, as it arrives. Both ids are those of the [Bill]. It calls GET
// /api/billing/invoices/{account}-{bill}/download. It is retried until the first byte arrives. After an error, w may
// have received a part of the file.
func (b *Billing) DownloadInvoice(ctx context.Context, accountID, billID int, w io.Writer) error {
	if err := core.CheckID("accountID", accountID, "use Bill.AccountID"); err != nil {
		return err
	}
	if err := core.CheckID("billID", billID, "use Bill.ID"); err != nil {
		return err
	}
	path := "/billing/invoices/" + strconv.Itoa(accountID) + "-" + strconv.Itoa(billID) + "/download"
	_, err := b.group().download(ctx, action{op: "billing.download", path: path}, w, maxRecording)
	return err
}

// Prices returns the prices of services; nil options mean the latest prices of all. It calls GET /api/prices. It is
// retried.
func (b *Billing) Prices(ctx context.Context, opts *PricesOptions) (*Prices, error) {
	o := valueOf(opts)
	if err := checkChoice("PricesOptions.Type", o.Type, "Latest", "Standard", "All"); err != nil {
		return nil, err
	}
	if err := checkTextIDs("PricesOptions.ServiceTypes", o.ServiceTypes...); err != nil {
		return nil, err
	}
	q, err := ofAccount(o.AccountID)
	if err != nil {
		return nil, err
	}
	req, err := b.group().request(action{op: "billing.prices", path: "/prices", query: q.Text("type", o.Type).Text("service_types", strings.Join(o.ServiceTypes, ","))})
	if err != nil {
		return nil, err
	}
	prices := &Prices{}
	req.Check = core.Into(prices)
	if _, err := b.g.api.Send(ctx, req); err != nil {
		return nil, err
	}
	if prices.Items == nil && prices.Discount == nil {
		return nil, &acrcloud.DecodeError{Op: req.Op, StatusCode: 200, Err: errors.New("the response has no prices")}
	}
	return prices, nil
}

func ofAccount(id int) (core.Query, error) {
	if id < 0 {
		return core.Query{}, refuse("accountID", "is negative", "leave it zero for the account of the token")
	}
	return core.Query{}.Number("uid", id), nil
}

func (b *Billing) group() group {
	if b == nil {
		return group{}
	}
	return b.g
}
