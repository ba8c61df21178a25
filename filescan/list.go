package filescan

import "time"

// clockGrain is how much the service's Date header may lag behind the times in its records.
const clockGrain = 2 * time.Second
