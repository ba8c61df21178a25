package acrcloud

import "errors"

// The sentinels for [errors.Is]. An [*APIError] matches them by its HTTP status (Console API) or by the service's status code
// (identification); the comment of each lists the numbers.
var (
	ErrUnauthorized    = errors.New("acrcloud: not authenticated")                                     // 401
	ErrForbidden       = errors.New("acrcloud: not allowed")                                           // 403
	ErrCredentials     = errors.New("acrcloud: credentials rejected")                                  // 401, 403, 3001, 3014
	ErrNotFound        = errors.New("acrcloud: not found")                                             // 404, and an empty response for one item
	ErrInvalid         = errors.New("acrcloud: request refused as invalid")                            // 400, 422, 3002, 3006
	ErrBadSample       = errors.New("acrcloud: the service cannot create a fingerprint of the sample") // of identification only: 413, 2004, 3016
	ErrRateLimited     = errors.New("acrcloud: too many requests")                                     // 429, 3015
	ErrQuotaExceeded   = errors.New("acrcloud: the account's quota is used up")                        // 3003, 3013
	ErrServer          = errors.New("acrcloud: the service failed")                                    // 5xx, 3000, 3011
	ErrOutcomeUnknown  = errors.New("acrcloud: the request may or may not have been processed")        // see UploadError of filescan
	ErrInvalidArgument = errors.New("acrcloud: invalid argument")                                      // every ArgumentError
)

// ErrTooLarge reports content that has more bytes than allowed. An [*APIError] matches it with 413 and 3016, and it is the cause in a
// [SourceError] about content that was not sent.
var ErrTooLarge = errors.New("has more bytes than allowed")
