package control

// Routes are the methods and paths that are handled.
func Routes() (list [][2]string) {
	for _, r := range routes() {
		list = append(list, [2]string{r.method, r.pattern})
	}
	return list
}
