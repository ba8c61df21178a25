package checked

import "reflect"

// IsNil also recognises a nil pointer or function in an interface, whose methods would fail with each call.
func IsNil(v any) bool {
	value := reflect.ValueOf(v)
	return v == nil || (value.Kind() == reflect.Pointer || value.Kind() == reflect.Func) && value.IsNil()
}
