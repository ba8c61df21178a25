package scenario

import "time"

// ParseAdvance reads how far to advance a clock, such as {"advance": "1h"}. The error is an [*Error].
func ParseAdvance(data []byte) (time.Duration, error) {
	r := &reader{}
	o := r.object("", data)
	d := o.duration("advance")
	if !o.has("advance") {
		r.add("advance", "it is missing", `give a duration, such as {"advance": "1h"}`)
	}
	o.done()
	return d, r.err()
}
