package directory

// The numbers to call when it cannot wait. They stand in code and not in data: no form,
// file or import can change them. Sources: Nkom (110, 112, 113), helsenorge.no (116 117),
// mentalhelse.no (116 123), 116111.no (116 111).
const (
	FireBrigade      PhoneNumber = "110"
	Police           PhoneNumber = "112"
	Ambulance        PhoneNumber = "113"
	EmergencyDoctor  PhoneNumber = "116117" // legevakt, the one that is nearest to the caller
	MentalHealthLine PhoneNumber = "116123" // Mental Helse, day and night
	ChildrensAlarm   PhoneNumber = "116111" // Alarmtelefonen for barn og unge, day and night
)

// EmergencyNumbers returns the numbers that every page shows, in display order.
func EmergencyNumbers() []PhoneNumber {
	return []PhoneNumber{Ambulance, Police, EmergencyDoctor, MentalHealthLine, ChildrensAlarm}
}

// DangerNumbers returns the numbers to show first where the reader may be in danger, by
// suicide or violence: in display order.
func DangerNumbers() []PhoneNumber {
	return []PhoneNumber{Ambulance, Police, MentalHealthLine, EmergencyDoctor, ChildrensAlarm}
}
