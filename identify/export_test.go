package identify

// Signature is tested with the vectors of the protocol.
var Signature = signature
