# For each emulated machine the real guard reaches, through the real way to its firmware, the expected conclusion.
#
#   Tests/system/run firmware/table.sh MACHINE
source "$(dirname "${BASH_SOURCE[0]}")/emulator.sh"

name=${1:?usage: table.sh MACHINE}
file=$machines/$name.machine
PATIENCE=40  # A question is abandoned after 20 s.
expected() { sed -n '/^\[expect\]/,$s/^'"$1"' = //p' "$file"; }  # KEY
[[ $(expected state) ]] || fail "$name expects nothing"

start_machine $name
serve
start_armed_guard

decided() { was_asked || json .amt.state impossible || grep -q '^csme = no' "$file"; }
eventually "the firmware was asked, or is none" decided
for wanted in 'state .amt.state' 'control mode .amt.controlMode'; do
    value=$(expected "${wanted% *}")
    [[ $value != unknown || $wanted == state* ]] || value=null
    [[ ! $value ]] || eventually "${wanted% *}: $value" json "${wanted##* }" "$value"
done
for medium in wired wireless; do
    value=$(expected $medium)
    [[ ! $value ]] || eventually "$medium: $value" address $medium address "$value"
done
rule=$(expected rule)
[[ ! $rule ]] || eventually "by the row $rule" address wired rule "$rule"
read -ra names < <(expected 'shared with') || true
shared_with() {
    local index
    address wired hostInterfaces ${#names[@]} || return 1
    for index in "${!names[@]}"; do address wired hostInterfaces.$index "${names[index]}" || return 1; done
}
[[ ! ${names[*]} ]] || eventually "with ${names[*]}" shared_with
says=$(expected says)
[[ ! $says ]] || expect "it says: $says" shows "$says"

if [[ $(expected state) == impossible ]]; then
    eventually "nothing is required" json .ports.required ''
else
    expect "the ports are required" json .ports.required $amt
    expect "and reserved" holds $amt
fi
card=$(sed -n 's/^graphics = //p' "$file")
[[ ! $card ]] || expect "the graphics card was not touched" not grep -q "mei$card open" $asked
expect "nothing was asked that changes or tells a secret" not grep -q FORBIDDEN $asked
kill -TERM $guard
eventually "it stops" ended
