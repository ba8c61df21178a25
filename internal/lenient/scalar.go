package lenient

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

func readString(s *scanner, target reflect.Value) outcome {
	switch s.data[s.pos] {
	case '"':
		target.SetString(s.string(s.text()))
	case '{', '[':
		return misfit
	case 'n':
		return readNothing(s, target)
	default:
		target.SetString(s.string(s.scalar()))
	}
	return fit
}

func writeString(enc *jsontext.Encoder, source reflect.Value) error {
	return enc.WriteToken(jsontext.String(source.String()))
}

func readNothing(s *scanner, target reflect.Value) outcome {
	s.skip()
	target.SetZero()
	return nothing
}

// numeral returns the number at hand, or the one that a text at hand spells: one that JSON could have written without quotes, so
// not "NaN" or "0x1F". It is empty for a text of nothing.
func (s *scanner) numeral() (digits []byte, ok bool) {
	switch c := s.data[s.pos]; {
	case c == '"':
		digits = bytes.TrimSpace(s.text())
		return digits, len(digits) == 0 || bytes.IndexFunc(digits, notOfNumber) < 0
	case c == '-' || '0' <= c && c <= '9':
		return s.scalar(), true
	}
	return nil, false
}

func notOfNumber(r rune) bool {
	return (r < '0' || r > '9') && r != '.' && r != '-' && r != '+' && r != 'e' && r != 'E'
}

// maxDigits bounds what is taken for a number: a float64 that is written out has at most 1,077 digits and signs.
const maxDigits = 1100

func readInt(s *scanner, target reflect.Value) outcome {
	if s.data[s.pos] == 'n' {
		return readNothing(s, target)
	}
	digits, ok := s.numeral()
	if !ok {
		return misfit
	}
	if len(digits) == 0 {
		target.SetZero()
		return nothing
	}
	if len(digits) > maxDigits {
		return misfit
	}
	n, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil {
		f, err := strconv.ParseFloat(string(digits), 64)
		f = math.Round(f)
		if err != nil || f < math.MinInt64 || f >= -math.MinInt64 {
			return misfit
		}
		n = int64(f)
	}
	if target.OverflowInt(n) {
		return misfit
	}
	target.SetInt(n)
	return fit
}

func writeInt(enc *jsontext.Encoder, source reflect.Value) error {
	return enc.WriteToken(jsontext.Int(source.Int()))
}

func readFloat(s *scanner, target reflect.Value) outcome {
	if s.data[s.pos] == 'n' {
		return readNothing(s, target)
	}
	digits, ok := s.numeral()
	if !ok {
		return misfit
	}
	if len(digits) == 0 {
		target.SetZero()
		return nothing
	}
	if len(digits) > maxDigits {
		return misfit
	}
	f, err := strconv.ParseFloat(string(digits), 64)
	if err != nil || target.OverflowFloat(f) {
		return misfit
	}
	target.SetFloat(f)
	return fit
}

func writeFloat(enc *jsontext.Encoder, source reflect.Value) error {
	f := source.Float()
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return fmt.Errorf("JSON has no number for %v", f)
	}
	return enc.WriteToken(jsontext.Float(f))
}

func readBool(s *scanner, target reflect.Value) outcome {
	var word []byte
	switch s.data[s.pos] {
	case '{', '[':
		return misfit
	case 'n':
		return readNothing(s, target)
	case '"':
		word = bytes.TrimSpace(s.text())
	default:
		word = s.scalar()
	}
	switch string(word) {
	case "":
		target.SetZero()
		return nothing
	case "true", "1":
		target.SetBool(true)
	case "false", "0":
		target.SetBool(false)
	default:
		return misfit
	}
	return fit
}

func writeBool(enc *jsontext.Encoder, source reflect.Value) error {
	return enc.WriteToken(jsontext.Bool(source.Bool()))
}

// readSecret takes whatever there is: kept in Extra it would show.
func readSecret(s *scanner, target reflect.Value) outcome {
	target.SetZero()
	start := s.pos
	var text []byte
	switch s.data[start] {
	case 'n':
		return readNothing(s, target)
	case '"':
		text = s.text()
	default:
		s.skip()
		text = s.data[start:s.pos]
	}
	if !s.budget.payBytes(2*len(text) + 64) {
		return misfit
	}
	if len(text) == 0 || string(text) == "[]" || string(text) == "{}" {
		return nothing
	}
	if err := target.Addr().Interface().(secret).UnmarshalText(text); err != nil {
		// What a redacted secret was written as.
		target.SetZero()
		return nothing
	}
	return fit
}

func writeSecret(enc *jsontext.Encoder, source reflect.Value) error {
	marshaler, ok := reflect.TypeAssert[encoding.TextMarshaler](source)
	if !ok {
		return writeUnsupported(enc, source)
	}
	text, err := marshaler.MarshalText()
	if err != nil {
		return err
	}
	return enc.WriteToken(jsontext.String(string(text)))
}

func readRaw(s *scanner, target reflect.Value) outcome {
	target.SetBytes(s.keep())
	return fit
}

func writeRaw(enc *jsontext.Encoder, source reflect.Value) error {
	return writeKept(enc, source.Bytes())
}

// writeKept writes what was kept, or what a caller has put there: encoding/json too takes an empty one for null.
func writeKept(enc *jsontext.Encoder, raw json.RawMessage) error {
	if len(raw) == 0 {
		return enc.WriteToken(jsontext.Null)
	}
	return enc.WriteValue(jsontext.Value(raw))
}

func readUnsupported(*scanner, reflect.Value) outcome { return misfit }

func writeUnsupported(_ *jsontext.Encoder, source reflect.Value) error {
	return fmt.Errorf("a %s cannot be written as JSON here", source.Type())
}
