package mock

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// billingRoutes are calls of the official tool without known documentation. They accept any scope.
func billingRoutes() []route {
	return []route{
		{OpCurrentBill, http.MethodGet, "/api/billing/current-bill", "", false, (*Server).currentBill},
		{OpNextBillDate, http.MethodGet, "/api/billing/next-bill-date", "", false, (*Server).nextBillDate},
		{OpListInvoices, http.MethodGet, "/api/billing/invoices", "", false, (*Server).listInvoices},
		{OpDownloadInvoice, http.MethodGet, "/api/billing/invoices/{invoice}/download", "", false, (*Server).downloadInvoice},
		{OpListPrices, http.MethodGet, "/api/prices", "", false, (*Server).listPrices},
	}
}

// bill is the bill of a month: the current one, which is pending, or an earlier one, which is paid. The amounts are
// invented and always the same, since the server does not count usage.
func (a *account) bill(monthsAgo int) row {
	now := a.now().UTC()
	begin := time.Date(now.Year(), now.Month()-time.Month(monthsAgo), 1, 0, 0, 0, 0, time.UTC)
	end := begin.AddDate(0, 1, -1)
	at := begin.Format(dateTime)
	return row{
		"id": begin.Year()*100 + int(begin.Month()), "uid": a.id, "charge_type": "Monthly", "amount": "12.50", "credit": 0, "bill_begin": begin.Format(time.DateOnly),
		"bill_end": end.Format(time.DateOnly), "state": min(monthsAgo, 1), "payment_method": "card", "created_at": at, "updated_at": at,
	}
}

// pastBills is the number of past bills.
const pastBills = 3

// ofAccount refuses another account's number, which only administrators may use.
func (q *request) ofAccount() *response {
	if uid := q.URL.Query().Get("uid"); uid != "" && uid != strconv.Itoa(q.account.id) {
		return forbidden()
	}
	return nil
}

func (s *Server) currentBill(q *request) *response {
	if refused := q.ofAccount(); refused != nil {
		return refused
	}
	return data(http.StatusOK, q.account.bill(0))
}

func (s *Server) nextBillDate(q *request) *response {
	if refused := q.ofAccount(); refused != nil {
		return refused
	}
	now := s.now().UTC()
	next := time.Date(now.Year(), now.Month()+1, 1, 0, 0, 0, 0, time.UTC)
	days := int(next.Sub(now.Truncate(24*time.Hour)).Hours() / 24)
	return jsonResponse(http.StatusOK, row{"next_bill_date": next.Format(time.DateOnly), "left_days": days})
}

// listInvoices is paged in a flat envelope.
func (s *Server) listInvoices(q *request) *response {
	if refused := q.ofAccount(); refused != nil {
		return refused
	}
	perPage, page := max(limit(q.URL.Query(), "per_page", defaultPerPage), 1), max(limit(q.URL.Query(), "page", 1), 1)
	rows := []row{}
	for i := range pastBills {
		if i/perPage == page-1 {
			rows = append(rows, q.account.bill(i+1))
		}
	}
	return jsonResponse(http.StatusOK, row{"data": rows, "total": pastBills, "current_page": page, "last_page": (pastBills + perPage - 1) / perPage})
}

// downloadInvoice returns a document by the numbers of the account and the bill.
func (s *Server) downloadInvoice(q *request) *response {
	for i := range pastBills {
		id := fmt.Sprint(q.account.id, "-", q.account.bill(i + 1)["id"])
		if q.PathValue("invoice") == id {
			return &response{
				status: http.StatusOK, body: []byte("%PDF-1.4\n% an invoice of no value\n%%EOF\n"),
				header: http.Header{"Content-Type": {"application/pdf"}, "Content-Disposition": {`attachment; filename="` + id + `.pdf"`}},
			}
		}
	}
	return notFound()
}

// listPrices returns invented prices. Those of the types Latest and Standard are the same here.
func (s *Server) listPrices(q *request) *response {
	if refused := q.ofAccount(); refused != nil {
		return refused
	}
	wanted := split(q.URL.Query().Get("service_types"))
	rows := []row{}
	for i, name := range []string{"AVR", "BM", "FS"} {
		if len(wanted) == 0 || slices.Contains(wanted, name) {
			rows = append(rows, row{"id": i + 1, "uid": 0, "service_type": name, "state": 1, "prices": row{"base": 3.0 + float64(i)}})
		}
	}
	return jsonResponse(http.StatusOK, row{"data": rows, "discount": nil})
}
